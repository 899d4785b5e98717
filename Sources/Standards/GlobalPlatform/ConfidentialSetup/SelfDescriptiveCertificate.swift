public import ISO7816

/// A certificate in the form that cards read: plain data objects, signed as they stand.
///
///     7F21 { 93 serial number | 42 authority | 5F20 subject | 95 key usage | [5F25 effective date] | 5F24 expiration
///            date | [45 image number] | [73 discretionary data] | 7F49 public key | 5F37 signature }
///
/// The signature covers everything before it, in this order (GSMA SGP.02 v4.2 Table 77, after GPC Amendment E §4.7).
public struct SelfDescriptiveCertificate: Hashable, Sendable {
    public var contents: Contents
    /// ECDSA: r and s.
    public var signature: [UInt8]

    public static let tag: BERTag = 0x7F21
    static let signatureTag: BERTag = 0x5F37
    /// Longer than any certificate of an RSA-4096 key.
    public static let lengthMax = 1_024

    public init(_ contents: Contents, signature: [UInt8]) {
        self.contents = contents
        self.signature = signature
    }

    /// What is certified.
    public struct Contents: Hashable, Sendable {
        /// 1 to 16 bytes; unique under the authority.
        public var serialNumber: [UInt8]
        /// 1 to 16 bytes: whose key verifies the signature.
        public var authority: [UInt8]
        /// 1 to 16 bytes.
        public var subject: [UInt8]
        public var usage: KeyUsage
        public var effectiveDate: CertificateDate?
        public var expirationDate: CertificateDate
        /// Of a CASD: the image number of the card it is in.
        public var imageNumber: [UInt8]?
        /// Data objects that only some readers know; `C8` tells the role of an off-card entity, `C9` the authority's key.
        public var discretionaryData: [UInt8]?
        public var publicKey: CertifiedPublicKey

        static let identifierLengths = 1...16

        public init(
            serialNumber: [UInt8], authority: [UInt8], subject: [UInt8], usage: KeyUsage,
            effectiveDate: CertificateDate? = nil, expirationDate: CertificateDate, imageNumber: [UInt8]? = nil,
            discretionaryData: [UInt8]? = nil, publicKey: CertifiedPublicKey
        ) {
            for identifier in [serialNumber, authority, subject, imageNumber ?? subject] {
                precondition(
                    Self.identifierLengths.contains(identifier.count), "identifiers in certificates have 1 to 16 bytes")
            }
            self.serialNumber = serialNumber
            self.authority = authority
            self.subject = subject
            self.usage = usage
            self.effectiveDate = effectiveDate
            self.expirationDate = expirationDate
            self.imageNumber = imageNumber
            self.discretionaryData = discretionaryData
            self.publicKey = publicKey
        }
    }

    /// What the certified key is for: the Key Usage Qualifier. GPC v2.3.1 Table 11-17.
    public enum KeyUsage: Hashable, Sendable, CaseIterable {
        /// Verification of digital signatures: of an off-card entity, or of a CASD that signs.
        case signatureVerification
        /// Encipherment for confidentiality: keys are encrypted for the owner.
        case confidentiality
        case keyAgreement

        /// One byte, or two where the first has no bit.
        var bytes: [UInt8] {
            switch self {
            case .signatureVerification: [0x82]
            case .confidentiality: [0x88]
            case .keyAgreement: [0x00, 0x80]
            }
        }

        init?(bytes: [UInt8]) {
            guard let usage = Self.allCases.first(where: { $0.bytes == bytes }) else { return nil }
            self = usage
        }
    }
}

// MARK: - Bytes

extension SelfDescriptiveCertificate {
    /// The value of `7F21`.
    public var value: [UInt8] { contents.signedBytes + BERTLV(Self.signatureTag, signature).bytes }

    public var bytes: [UInt8] { BERTLV(Self.tag, value).bytes }

    /// Reads one certificate, all of it, written as it is signed: in order and with the shortest lengths.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        guard bytes.count <= Self.lengthMax else { throw .invalid(field: "certificate", value: bytes) }
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, objects[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        var reader = BERTLVReader(objects[0].value)
        contents = try Contents(&reader)
        signature = try reader.required(Self.signatureTag)
        guard reader.isAtEnd else { throw .tlv(.trailingBytes(offset: reader.offset)) }
        guard self.bytes == bytes else { throw .invalid(field: "certificate", value: bytes) }
    }
}

extension SelfDescriptiveCertificate.Contents {
    private enum Tag {
        static let serialNumber: BERTag = 0x93
        static let authority: BERTag = 0x42
        static let subject: BERTag = 0x5F20
        static let usage: BERTag = 0x95
        static let effectiveDate: BERTag = 0x5F25
        static let expirationDate: BERTag = 0x5F24
        static let imageNumber: BERTag = 0x45
        static let discretionaryData: BERTag = 0x73
    }

    /// What the signature is made over.
    public var signedBytes: [UInt8] {
        var objects = [
            BERTLV(Tag.serialNumber, serialNumber), BERTLV(Tag.authority, authority), BERTLV(Tag.subject, subject),
            BERTLV(Tag.usage, usage.bytes),
        ]
        if let effectiveDate { objects.append(BERTLV(Tag.effectiveDate, effectiveDate.bytes)) }
        objects.append(BERTLV(Tag.expirationDate, expirationDate.bytes))
        if let imageNumber { objects.append(BERTLV(Tag.imageNumber, imageNumber)) }
        if let discretionaryData { objects.append(BERTLV(Tag.discretionaryData, discretionaryData)) }
        return (objects + [publicKey.object]).bytes
    }

    fileprivate init(_ reader: inout BERTLVReader) throws(CommandDecodingError) {
        serialNumber = try reader.identifier(Tag.serialNumber, "serial number")
        authority = try reader.identifier(Tag.authority, "certification authority")
        subject = try reader.identifier(Tag.subject, "certificate holder")
        let usageBytes = try reader.required(Tag.usage)
        guard let usage = SelfDescriptiveCertificate.KeyUsage(bytes: usageBytes) else {
            throw .invalid(field: "key usage", value: usageBytes)
        }
        self.usage = usage
        effectiveDate = try reader.date(ifPresent: Tag.effectiveDate, "effective date")
        guard let expirationDate = try reader.date(ifPresent: Tag.expirationDate, "expiration date") else {
            throw .tlv(.missing(Tag.expirationDate))
        }
        self.expirationDate = expirationDate
        imageNumber = nil
        if reader.nextIs(Tag.imageNumber) { imageNumber = try reader.identifier(Tag.imageNumber, "image number") }
        discretionaryData = try reader.value(ifPresent: Tag.discretionaryData)
        publicKey = try CertifiedPublicKey(value: try reader.required(CertifiedPublicKey.tag))
    }
}

extension BERTLVReader {
    mutating func required(_ tag: BERTag) throws(CommandDecodingError) -> [UInt8] {
        do { return try next(tag) } catch { throw .tlv(error) }
    }

    mutating func value(ifPresent tag: BERTag) throws(CommandDecodingError) -> [UInt8]? {
        isAtEnd || !nextIs(tag) ? nil : try required(tag)
    }

    fileprivate mutating func identifier(_ tag: BERTag, _ field: String) throws(CommandDecodingError) -> [UInt8] {
        let value = try required(tag)
        guard SelfDescriptiveCertificate.Contents.identifierLengths.contains(value.count) else {
            throw .invalid(field: field, value: value)
        }
        return value
    }

    fileprivate mutating func date(
        ifPresent tag: BERTag, _ field: String
    ) throws(CommandDecodingError) -> CertificateDate? {
        guard let value = try value(ifPresent: tag) else { return nil }
        guard let date = CertificateDate(bytes: value) else { throw .invalid(field: field, value: value) }
        return date
    }
}
