/// A load of the purse: what its MACs and its TAC are made over.
public struct PurseLoad: Hashable, Sendable, Codable {
    public var amount: UInt32
    public var type: PurseTransactionType
    public var terminal: PurseTerminalNumber

    public init(amount: UInt32, type: PurseTransactionType = .load, terminal: PurseTerminalNumber) {
        self.amount = amount
        self.type = type
        self.terminal = terminal
    }

    /// `3DES(DLK, random ‖ online number ‖ 8000)`.
    public static func sessionKey(_ key: PurseKey, random: PurseRandom, onlineNumber: UInt16) -> PurseSessionKey {
        key.session(over: random.bytes + onlineNumber.bigEndianBytes + [0x80, 0x00])
    }

    private var body: [UInt8] { amount.bigEndianBytes + [type.rawValue] + terminal.bytes }

    /// By the card: balance ‖ amount ‖ type ‖ terminal.
    public func mac1(_ key: PurseSessionKey, balance: UInt32) -> PurseMAC { key.mac(balance.bigEndianBytes + body) }

    /// By the issuer: amount ‖ type ‖ terminal ‖ moment.
    public func mac2(_ key: PurseSessionKey, at moment: PurseMoment) -> PurseMAC { key.mac(body + moment.bytes) }

    /// By the card: new balance ‖ online number before ‖ amount ‖ type ‖ terminal ‖ moment.
    public func tac(
        _ key: PurseSessionKey, balanceAfter: UInt32, onlineNumber: UInt16, at moment: PurseMoment
    ) -> PurseMAC {
        key.mac(balanceAfter.bigEndianBytes + onlineNumber.bigEndianBytes + body + moment.bytes)
    }
}
