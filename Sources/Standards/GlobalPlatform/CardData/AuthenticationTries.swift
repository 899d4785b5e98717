public import ISO7816

/// How many authentications may still fail in a row, GET DATA `DF7A`. Ours (docs/divergences.md): what a host needs to
/// know in time, and no standard tells.
///
///     DF7A { 80 tries left (2) | 81 tries at most (2) }
public struct AuthenticationTries: Hashable, Sendable {
    /// 0 when the Security Domain opens no session any more.
    public var left: Int
    public var max: Int

    public static let tag: BERTag = 0xDF7A

    /// Numbers beyond two bytes are told as the largest of two bytes.
    public init(left: Int, max: Int) {
        self.left = left
        self.max = max
    }

    /// Reads the response of GET DATA `DF7A`.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, objects[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        let fields = try BERTLV.commandData(objects[0].value)
        left = try Self.number(fields, 0x80)
        max = try Self.number(fields, 0x81)
    }

    private static func number(_ fields: [BERTLV], _ tag: BERTag) throws(CommandDecodingError) -> Int {
        guard let value = fields[tag] else { throw .tlv(.missing(tag)) }
        guard value.count == 2 else { throw .invalid(field: "\(tag)", value: value) }
        return Int(value[0]) << 8 | Int(value[1])
    }

    public var bytes: [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            let value = UInt16(clamping: value)
            return [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return BERTLV(Self.tag, [BERTLV(0x80, number(left)), BERTLV(0x81, number(max))]).bytes
    }
}

extension GetDataCommand {
    /// Ours: ``AuthenticationTries``.
    public static let authenticationTries = GetDataCommand(0xDF7A)
}
