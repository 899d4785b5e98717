public import CardCryptography

/// What makes an instance of the application one card: who it is, its key, and the data that only the key opens.
///
///     0101  card identification (8)
///     0102  encrypted data file
///     8000  card key (32), enciphered on its way
///     9000  check value of the card key (3)
public struct SmartCardPersonalization: Hashable, Sendable {
    public let identification: SmartCardIdentification
    public let key: SmartCardKey
    public let dataFile: EncryptedCardData

    /// One data grouping; see EMV CPS v1.1 §2.
    public struct Grouping: Hashable, Sendable {
        public let identifier: UInt16
        public let data: SecretBytes
        /// It goes through the secure channel enciphered only.
        public let isConfidential: Bool
    }

    public init(identification: SmartCardIdentification, key: SmartCardKey, dataFile: EncryptedCardData) {
        self.identification = identification
        self.key = key
        self.dataFile = dataFile
    }

    /// Reads all groupings of a personalization, by identifier. The data file need not open with the key: what a card
    /// carries is for the server to judge.
    ///
    /// - Throws: ``SmartCardError``.
    public init(_ groupings: [UInt16: SecretBytes]) throws(SmartCardError) {
        for identifier in groupings.keys.sorted() where !Self.identifiers.contains(identifier) {
            throw .grouping(identifier)
        }
        func data(_ identifier: UInt16) throws(SmartCardError) -> SecretBytes {
            guard let data = groupings[identifier] else { throw .grouping(identifier) }
            return data
        }
        identification = try SmartCardIdentification(data(Self.identificationGrouping).revealed())
        dataFile = try EncryptedCardData(bytes: data(Self.dataFileGrouping).revealed())
        key = try SmartCardKey(data(Self.keyGrouping))
        guard key.checkValue == (try data(Self.checkValueGrouping).revealed()) else {
            throw .grouping(Self.checkValueGrouping)
        }
    }

    public var groupings: [Grouping] {
        [
            Grouping(
                identifier: Self.identificationGrouping, data: SecretBytes(identification.bytes), isConfidential: false),
            Grouping(identifier: Self.dataFileGrouping, data: SecretBytes(dataFile.bytes), isConfidential: false),
            Grouping(identifier: Self.keyGrouping, data: key.bytes, isConfidential: true),
            Grouping(identifier: Self.checkValueGrouping, data: SecretBytes(key.checkValue), isConfidential: false),
        ]
    }

    public static let identifiers: Set<UInt16> = [
        identificationGrouping, dataFileGrouping, keyGrouping, checkValueGrouping,
    ]

    private static let identificationGrouping: UInt16 = 0x0101
    private static let dataFileGrouping: UInt16 = 0x0102
    private static let keyGrouping: UInt16 = 0x8000
    private static let checkValueGrouping: UInt16 = 0x9000
}
