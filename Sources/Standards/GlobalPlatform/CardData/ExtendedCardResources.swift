public import ISO7816

/// What room is left on the card, GET DATA `FF21`. ETSI TS 102 226 §8.2.1.7.2.
///
///     FF21 { 81 installed applications | 82 free non-volatile bytes | 83 free volatile bytes }
public struct ExtendedCardResources: Hashable, Sendable {
    public var installedApplications: Int
    public var freeNonVolatileBytes: Int
    public var freeVolatileBytes: Int

    public static let tag: BERTag = 0xFF21

    public init(installedApplications: Int, freeNonVolatileBytes: Int, freeVolatileBytes: Int) {
        self.installedApplications = installedApplications
        self.freeNonVolatileBytes = freeNonVolatileBytes
        self.freeVolatileBytes = freeVolatileBytes
    }

    /// Reads the response of GET DATA `FF21`.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, objects[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        let fields = try BERTLV.commandData(objects[0].value)
        installedApplications = try Self.number(fields, 0x81)
        freeNonVolatileBytes = try Self.number(fields, 0x82)
        freeVolatileBytes = try Self.number(fields, 0x83)
    }

    private static func number(_ fields: [BERTLV], _ tag: BERTag) throws(CommandDecodingError) -> Int {
        guard let value = fields[tag] else { throw .tlv(.missing(tag)) }
        guard (1...4).contains(value.count) else { throw .invalid(field: "\(tag)", value: value) }
        return value.reduce(0) { $0 << 8 | Int($1) }
    }

    public var bytes: [UInt8] {
        BERTLV(
            Self.tag,
            [
                BERTLV(0x81, Self.bytes(installedApplications, count: 2)),
                BERTLV(0x82, Self.bytes(freeNonVolatileBytes, count: 4)),
                BERTLV(0x83, Self.bytes(freeVolatileBytes, count: 4)),
            ]
        ).bytes
    }

    private static func bytes(_ value: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
}
