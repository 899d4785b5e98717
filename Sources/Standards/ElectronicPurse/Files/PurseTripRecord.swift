import ISO7816

/// One trip in the card's trip log, file 1E.
///
///     type (1) | terminal (8) | means (1) | line and station (7) | amount (4) | balance (4) | moment (7) |
///     city (2) | acquirer (8) | … (6)
public struct PurseTripRecord: Hashable, Sendable {
    public static let length = 48

    /// What the person did.
    public enum Kind: UInt8, Sendable { case entry = 0x03, exit = 0x04, single = 0x06 }
    /// What the person travelled with.
    public enum Means: UInt8, Sendable { case metro = 0x01, bus = 0x02 }

    public var kind: Kind
    public var terminal: [UInt8]
    public var means: Means
    public var station: [UInt8]
    public var amount: UInt32
    public var balance: UInt32
    public var moment: PurseMoment
    public var city: [UInt8]
    public var acquirer: [UInt8]
    public var reserved: [UInt8]

    /// - Throws: ``PurseLayoutError``.
    public init(_ bytes: some Collection<UInt8>) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        let kind: UInt8 = try reader.number("type")
        guard let kind = Kind(rawValue: kind) else { throw .unknown("type", kind) }
        self.kind = kind
        terminal = try reader.bytes(8, "terminal")
        let means: UInt8 = try reader.number("means")
        guard let means = Means(rawValue: means) else { throw .unknown("means", means) }
        self.means = means
        station = try reader.bytes(7, "line and station")
        amount = try reader.number("amount")
        balance = try reader.number("balance")
        moment = try reader.field("moment")
        city = try reader.bytes(2, "city")
        acquirer = try reader.bytes(8, "acquirer")
        reserved = try reader.bytes(6, "reserved")
        try reader.end()
    }

    /// - Throws: ``PurseLayoutError`` for parts of another length than the layout has.
    public init(
        _ kind: Kind, terminal: [UInt8], means: Means, station: [UInt8], amount: UInt32, balance: UInt32,
        moment: PurseMoment, city: [UInt8], acquirer: [UInt8] = [UInt8](repeating: 0, count: 8)
    ) throws(PurseLayoutError) {
        try self.init(
            [kind.rawValue] + terminal + [means.rawValue] + station + amount.bigEndianBytes + balance.bigEndianBytes
                + moment.bytes + city + acquirer + [UInt8](repeating: 0, count: 6))
    }

    public var bytes: [UInt8] {
        [kind.rawValue] + terminal + [means.rawValue] + station + amount.bigEndianBytes + balance.bigEndianBytes
            + moment.bytes + city + acquirer + reserved
    }
}
