public import CardCryptography
import ISO7816

/// What an issuer puts into a purse: the data groupings of its personalization.
///
///     0015     file 15
///     17nn     record nn of file 17, 1Enn of file 1E: 1 to 128 bytes; what it is written with later has as many
///     9020     key version (1) | algorithm (1) | largest balance (4)
///     9102     FCI: 50 label, 87 priority, 9F08 version
///     8000     DPK ‖ DLK ‖ DTK (16 each), encrypted
///     9000     their key check values (3 each)
public struct PursePersonalization: Sendable {
    public var applicationData: PurseApplicationData
    /// Of the card, not of its issuer.
    public var keys: PurseKeys
    public var label: String
    /// Among the contactless applications, 1 the highest, 0 none.
    public var priority: UInt8
    public var keyVersion: UInt8
    public var balanceMax: UInt32
    /// By file and number.
    public var records: [UInt16: [UInt8]]

    public static let applicationDataIdentifier: UInt16 = 0x0015
    public static let settingsIdentifier: UInt16 = 0x9020
    public static let selectionIdentifier: UInt16 = 0x9102
    public static let keysIdentifier: UInt16 = 0x8000
    public static let checkValuesIdentifier: UInt16 = 0x9000
    public static let recordLengthMax = 128
    /// 1 000.00 in a currency with two decimals, as the transport profile has it.
    public static let balanceMaxDefault: UInt32 = 100_000

    /// - Parameter issuerKeys: from which the card's own are derived.
    public init(
        _ applicationData: PurseApplicationData, issuerKeys: PurseKeys,
        label: String = PurseSelection.transportLabel, priority: UInt8 = 0, keyVersion: UInt8 = 0x01,
        balanceMax: UInt32 = Self.balanceMaxDefault, records: [UInt16: [UInt8]] = Self.transportRecords
    ) {
        self.init(
            applicationData, keys: issuerKeys.derived(for: applicationData.serial), label: label, priority: priority,
            keyVersion: keyVersion, balanceMax: balanceMax, records: records)
    }

    /// - Parameter keys: of this card.
    public init(
        _ applicationData: PurseApplicationData, keys: PurseKeys, label: String = PurseSelection.transportLabel,
        priority: UInt8 = 0, keyVersion: UInt8 = 0x01, balanceMax: UInt32 = Self.balanceMaxDefault,
        records: [UInt16: [UInt8]] = Self.transportRecords
    ) {
        self.applicationData = applicationData
        self.keys = keys
        self.label = label
        self.priority = priority
        self.keyVersion = keyVersion
        self.balanceMax = balanceMax
        self.records = records
    }

    /// Two composite records and one of trips, empty, 48 bytes each.
    public static let transportRecords: [UInt16: [UInt8]] = [
        0x1701: [UInt8](repeating: 0, count: 48), 0x1702: [UInt8](repeating: 0, count: 48),
        0x1E01: [UInt8](repeating: 0, count: 48),
    ]

    /// All groupings, in the order of their identifiers.
    public var groupings: [PurseGrouping] {
        let selection = [
            BERTLV(0x50, Array(label.utf8)), BERTLV(0x87, [priority]), BERTLV(PurseSelection.versionTag, [0x01]),
        ]
        return [PurseGrouping(Self.applicationDataIdentifier, applicationData.bytes)]
            + records.sorted { $0.key < $1.key }.map { PurseGrouping($0.key, $0.value) } + [
                PurseGrouping(Self.keysIdentifier, confidential: keys.bytes),
                PurseGrouping(
                    Self.checkValuesIdentifier,
                    [keys.purchase, keys.load, keys.authentication].flatMap(\.keyCheckValue)),
                PurseGrouping(Self.settingsIdentifier, [keyVersion, 0x00] + balanceMax.bigEndianBytes),
                PurseGrouping(Self.selectionIdentifier, selection.bytes),
            ]
    }
}

/// One data grouping of a purse's personalization.
public struct PurseGrouping: Sendable {
    public let identifier: UInt16
    public let data: SecretBytes
    /// Encrypted on its way to the card, also inside a secure channel.
    public let isConfidential: Bool

    init(_ identifier: UInt16, _ data: [UInt8]) {
        self.identifier = identifier
        self.data = SecretBytes(data)
        isConfidential = false
    }

    init(_ identifier: UInt16, confidential data: SecretBytes) {
        self.identifier = identifier
        self.data = data
        isConfidential = true
    }
}
