public import CardCryptography
public import ISO7816

/// What personalization gives a payment application of one card account. EMV CPS v1.1, Annex A.
///
///     01xx–1Exx   one record: SFI, record number; a template 70
///     8000        key that the cryptograms come from (16)
///     8201–8205   card key: q⁻¹ mod p, d mod (q − 1), d mod (p − 1), q, p
///     9000        key check value of 8000 (3); taken without, refused with another
///     9102        FCI proprietary data: 50 label, 87 priority, 9F38 PDOL …
///     9104        82 AIP, 94 AFL
///     9200        template of the issuer application data, 9F10
///     A010        data objects that no record has: 9F4F log format, 9F6C card transaction qualifiers
///
/// Without 8000 and 9200 the application can be read and makes no cryptograms.
public struct PaymentPersonalization: Hashable, Sendable {
    /// Content of template A5.
    public let selectionData: [BERTLV]
    public let interchangeProfile: ApplicationInterchangeProfile
    public let fileLocator: ApplicationFileLocator
    /// Content of the templates 70.
    public let records: [RecordIdentifier: [BERTLV]]
    /// Key and template go together.
    public let cryptogram: CryptogramProfile?
    /// The card's own key pair, for offline data authentication.
    public let cardKey: RSAPrivateKey.ChineseRemainderNumbers?
    public let internalObjects: [BERTLV]

    /// A record of a file.
    public struct RecordIdentifier: Hashable, Comparable, Sendable {
        /// 1 to 30.
        public let file: UInt8
        /// 1 to 254.
        public let number: UInt8

        /// - Returns: `nil` for a file or record that cannot be.
        public init?(file: UInt8, number: UInt8) {
            guard (1...30).contains(file), (1...254).contains(number) else { return nil }
            self.file = file
            self.number = number
        }

        var groupingIdentifier: UInt16 { UInt16(file) << 8 | UInt16(number) }

        public static func < (left: Self, right: Self) -> Bool { left.groupingIdentifier < right.groupingIdentifier }
    }

    /// What cryptograms are made with.
    public struct CryptogramProfile: Hashable, Sendable {
        /// The card's key, two single keys.
        public let key: TripleDESKey
        /// Key index and version; the card verification results are filled in at each transaction.
        public let issuerData: IssuerApplicationData

        public init(key: TripleDESKey, issuerData: IssuerApplicationData) {
            self.key = key
            self.issuerData = issuerData
        }
    }

    /// How the application works with a terminal.
    public enum Style: Hashable, Sendable {
        /// Terminals read records, and there is no cryptogram.
        case recordsOnly
        /// The cryptogram comes in the answer to GET PROCESSING OPTIONS (EMV Contactless Book C-3).
        case quick
        /// The cryptogram comes in the answer to GENERATE AC (EMV Contactless Book C-2, EMV Book 3).
        case generateCryptogram
    }

    /// EMV Book 3 §5.3: a record has 254 bytes at most, tag and length included.
    public static let recordLengthMax = 254

    /// - Throws: ``PaymentPersonalizationError``, naming the grouping.
    public init(
        selectionData: [BERTLV], interchangeProfile: ApplicationInterchangeProfile, fileLocator: ApplicationFileLocator,
        records: [RecordIdentifier: [BERTLV]], cryptogram: CryptogramProfile? = nil,
        cardKey: RSAPrivateKey.ChineseRemainderNumbers? = nil, internalObjects: [BERTLV] = []
    ) throws(PaymentPersonalizationError) {
        guard let label = selectionData[.applicationLabel], (1...16).contains(label.count),
            label.allSatisfy({ (0x20...0x7E).contains($0) }),
            selectionData[.applicationPriority].map({ $0.count == 1 }) ?? true, Self.areDistinct(selectionData)
        else { throw .grouping(0x9102) }
        do { _ = try DataObjectList(bytes: selectionData[.processingOptionsList] ?? []) } catch { throw .list(error) }
        for (identifier, content) in records {
            guard BERTLV(.recordTemplate, content).bytes.count <= Self.recordLengthMax, Self.areDistinct(content) else {
                throw .grouping(identifier.groupingIdentifier)
            }
        }
        if let cryptogram, cryptogram.key.bytes.count != 16 { throw .grouping(0x8000) }
        guard Self.areDistinct(internalObjects) else { throw .grouping(0xA010) }
        self.selectionData = selectionData
        self.interchangeProfile = interchangeProfile
        self.fileLocator = fileLocator
        self.records = records
        self.cryptogram = cryptogram
        self.cardKey = cardKey
        self.internalObjects = internalObjects
        guard style != .generateCryptogram || cardRiskManagementLists != nil else { throw .riskManagementLists }
    }

    private static func areDistinct(_ objects: [BERTLV]) -> Bool { Set(objects.map(\.tag)).count == objects.count }
}

// MARK: - What the card asks of it

extension PaymentPersonalization {
    public var style: Style {
        guard cryptogram != nil else { return .recordsOnly }
        return processingOptionsList.contains(.terminalTransactionQualifiers) ? .quick : .generateCryptogram
    }

    /// Tag 9F38; empty when there is none.
    public var processingOptionsList: DataObjectList { list(selectionData[.processingOptionsList] ?? []) }

    /// Tags 8C and 8D of the records, or `nil` when one of them is missing or malformed.
    public var cardRiskManagementLists: (first: DataObjectList, second: DataObjectList)? {
        guard let first = recordObject(.cardRiskManagementList1), let second = recordObject(.cardRiskManagementList2),
            let first = try? DataObjectList(bytes: first), let second = try? DataObjectList(bytes: second)
        else { return nil }
        return (first, second)
    }

    /// The value of a data object in the records.
    public func recordObject(_ tag: BERTag) -> [UInt8]? {
        for identifier in records.keys.sorted() {
            if let value = records[identifier]?[tag] { return value }
        }
        return nil
    }

    /// A record as the card answers it.
    public func record(_ number: UInt8, in file: UInt8) -> [UInt8]? {
        guard let identifier = RecordIdentifier(file: file, number: number), let content = records[identifier] else {
            return nil
        }
        return BERTLV(.recordTemplate, content).bytes
    }

    /// What offline data authentication signs of this card.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public func staticData() throws(OfflineAuthenticationError) -> StaticAuthenticationData {
        try StaticAuthenticationData(
            fileLocator, profile: interchangeProfile, tagList: recordObject(.staticDataAuthenticationTagList)
        ) { file, number in record(number, in: file) }
    }

    /// The card's own key pair; its exponent is 3 or 65 537 (EMV Book 2, Annex B2.1).
    public var privateKey: RSAPrivateKey? {
        cardKey.flatMap { numbers in
            [[0x03], [0x01, 0x00, 0x01]].lazy.compactMap { try? RSAPrivateKey(numbers, publicExponent: $0) }.first
        }
    }

    /// Lists were checked when they came in.
    private func list(_ bytes: [UInt8]) -> DataObjectList {
        do { return try DataObjectList(bytes: bytes) } catch {
            preconditionFailure("the list was read before: \(error)")
        }
    }
}

/// Why data does not personalize a payment application.
public enum PaymentPersonalizationError: Error, Equatable, Sendable, CustomStringConvertible {
    case missingGrouping(UInt16)
    case unknownGrouping(UInt16)
    /// The data of this grouping is malformed.
    case grouping(UInt16)
    case list(DataObjectListError)
    /// A key without template of the issuer application data, or one without the other.
    case incompleteCryptogram
    /// GENERATE AC needs 8C and 8D in the records.
    case riskManagementLists
    /// A record that has to be signed is missing.
    case staticData(OfflineAuthenticationError)

    public var description: String {
        switch self {
        case .missingGrouping(let identifier): "grouping \(bigEndian(identifier).hex) is missing"
        case .unknownGrouping(let identifier):
            "grouping \(bigEndian(identifier).hex) is unknown to payment applications"
        case .grouping(let identifier): "grouping \(bigEndian(identifier).hex) is malformed"
        case .list(let error): "the PDOL: \(error)"
        case .incompleteCryptogram: "groupings 8000 and 9200 go together"
        case .riskManagementLists: "GENERATE AC needs the lists 8C and 8D"
        case .staticData(let error): "\(error)"
        }
    }
}
