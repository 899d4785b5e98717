import ISO7816

/// One transaction in the card's log, file 18.
///
///     number (2) | overdraft (3) | amount (4) | type (1) | terminal (6) | date (4) | time (3)
///
/// The number is that of the transaction's own counter, after it.
public struct PurseLogRecord: Hashable, Sendable, Codable {
    public static let length = 23

    public var number: UInt16
    public var overdraft: UInt32
    public var amount: UInt32
    public var type: PurseTransactionType
    public var terminal: PurseTerminalNumber
    public var moment: PurseMoment

    public init(
        number: UInt16, overdraft: UInt32 = 0, amount: UInt32, type: PurseTransactionType,
        terminal: PurseTerminalNumber, moment: PurseMoment
    ) {
        self.number = number
        self.overdraft = overdraft & 0xFF_FFFF
        self.amount = amount
        self.type = type
        self.terminal = terminal
        self.moment = moment
    }

    /// - Throws: ``PurseLayoutError``.
    public init(_ bytes: some Collection<UInt8>) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        number = try reader.number("number")
        overdraft = try reader.bytes(3, "overdraft").reduce(0) { $0 << 8 | UInt32($1) }
        amount = try reader.number("amount")
        let code: UInt8 = try reader.number("type")
        guard let type = PurseTransactionType(rawValue: code) else { throw .unknown("type", code) }
        self.type = type
        terminal = try reader.field("terminal")
        moment = try reader.field("moment")
        try reader.end()
    }

    public var bytes: [UInt8] {
        number.bigEndianBytes + overdraft.bigEndianBytes.suffix(3) + amount.bigEndianBytes + [type.rawValue]
            + terminal.bytes + moment.bytes
    }
}
