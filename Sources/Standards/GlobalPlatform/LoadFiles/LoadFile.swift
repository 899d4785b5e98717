public import ISO7816

/// What the LOADs carry together: DAP blocks, then the Load File Data Block. GPC v2.3.1 §11.6.2.3, Table 11-58.
///
///     { E2 { 4F Security Domain AID | C3 signature } } … | C4 load file data block
public struct LoadFile: Hashable, Sendable {
    public var dataAuthenticationPatterns: [DataAuthenticationPattern]
    /// The components of the Executable Load File.
    public var dataBlock: [UInt8]

    /// A DAP block: a Security Domain's signature over the Load File Data Block Hash.
    public struct DataAuthenticationPattern: Hashable, Sendable {
        public var securityDomain: AID
        public var signature: [UInt8]

        public init(securityDomain: AID, signature: [UInt8]) {
            self.securityDomain = securityDomain
            self.signature = signature
        }
    }

    public init(dataBlock: [UInt8], dataAuthenticationPatterns: [DataAuthenticationPattern] = []) {
        self.dataBlock = dataBlock
        self.dataAuthenticationPatterns = dataAuthenticationPatterns
    }

    /// The Load File of a CAP, to be loaded.
    public init(
        _ file: ExecutableLoadFile, dataAuthenticationPatterns: [DataAuthenticationPattern] = []
    ) {
        self.init(dataBlock: file.loadFileDataBlock, dataAuthenticationPatterns: dataAuthenticationPatterns)
    }

    static let patternTag: BERTag = 0xE2
    static let securityDomainTag: BERTag = 0x4F
    static let signatureTag: BERTag = 0xC3
    static let dataBlockTag: BERTag = 0xC4

    public var bytes: [UInt8] {
        dataAuthenticationPatterns.flatMap {
            BERTLV(
                Self.patternTag,
                [BERTLV(Self.securityDomainTag, $0.securityDomain.bytes), BERTLV(Self.signatureTag, $0.signature)]
            ).bytes
        } + BERTLV(Self.dataBlockTag, dataBlock).bytes
    }

    /// Reads a whole Load File: patterns first, one data block last.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        var objects = try BERTLV.commandData(bytes)
        guard let last = objects.popLast() else { throw .tlv(.missing(Self.dataBlockTag)) }
        guard last.tag == Self.dataBlockTag else {
            throw .tlv(.unexpectedTag(last.tag, expected: Self.dataBlockTag))
        }
        dataBlock = last.value
        dataAuthenticationPatterns = []
        for object in objects {
            guard object.tag == Self.patternTag else {
                throw .tlv(.unexpectedTag(object.tag, expected: Self.patternTag))
            }
            let fields = try BERTLV.commandData(object.value)
            // What stood here beside the two would be signed by nobody.
            for field in fields where field.tag != Self.securityDomainTag && field.tag != Self.signatureTag {
                throw .tlv(.unexpectedTag(field.tag, expected: Self.signatureTag))
            }
            for tag in [Self.securityDomainTag, Self.signatureTag] where fields.count(where: { $0.tag == tag }) > 1 {
                throw .tlv(.duplicate(tag))
            }
            guard let name = fields[Self.securityDomainTag] else { throw .tlv(.missing(Self.securityDomainTag)) }
            guard let signature = fields[Self.signatureTag] else { throw .tlv(.missing(Self.signatureTag)) }
            dataAuthenticationPatterns.append(
                DataAuthenticationPattern(securityDomain: try AID(field: "4F", name), signature: signature))
        }
    }

    /// The length of the whole Load File, as the beginning of its bytes announces it; `nil` when it does not yet.
    public static func announcedLength(_ beginning: some Collection<UInt8>) -> Int? {
        var reader = Array(beginning)[...]
        var total = 0
        while let tag = reader.first {
            guard reader.count >= 2 else { return nil }
            let first = reader[reader.startIndex + 1]
            let lengthBytes = first & 0x80 == 0 ? 0 : Int(first & 0x7F)
            guard lengthBytes <= 3, reader.count >= 2 + lengthBytes else { return nil }
            let length =
                lengthBytes == 0
                ? Int(first) : reader.dropFirst(2).prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
            total += 2 + lengthBytes + length
            if tag == UInt8(dataBlockTag.rawValue) { return total }
            reader = reader.dropFirst(2 + lengthBytes + length)
        }
        return nil
    }
}
