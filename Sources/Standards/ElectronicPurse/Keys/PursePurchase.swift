/// A purchase with the purse: what its MACs and its TAC are made over.
public struct PursePurchase: Hashable, Sendable, Codable {
    public var amount: UInt32
    public var type: PurseTransactionType
    public var terminal: PurseTerminalNumber
    /// Of the terminal's security module, for this purchase alone.
    public var terminalSerial: UInt32
    public var moment: PurseMoment

    public init(
        amount: UInt32, type: PurseTransactionType = .purchase, terminal: PurseTerminalNumber, terminalSerial: UInt32,
        moment: PurseMoment
    ) {
        self.amount = amount
        self.type = type
        self.terminal = terminal
        self.terminalSerial = terminalSerial
        self.moment = moment
    }

    /// `3DES(DPK, random ‖ offline number ‖ last two bytes of the terminal serial)`.
    public static func sessionKey(
        _ key: PurseKey, random: PurseRandom, offlineNumber: UInt16, terminalSerial: UInt32
    ) -> PurseSessionKey {
        key.session(
            over: random.bytes + offlineNumber.bigEndianBytes + terminalSerial.bigEndianBytes.suffix(2))
    }

    /// By the terminal: amount ‖ type ‖ terminal ‖ moment.
    public func mac1(_ key: PurseSessionKey) -> PurseMAC {
        key.mac(amount.bigEndianBytes + [type.rawValue] + terminal.bytes + moment.bytes)
    }

    /// By the card: amount.
    public func mac2(_ key: PurseSessionKey) -> PurseMAC { key.mac(amount.bigEndianBytes) }

    /// By the card, for the issuer: amount ‖ type ‖ terminal ‖ terminal serial ‖ moment.
    public func tac(_ key: PurseSessionKey) -> PurseMAC {
        key.mac(
            amount.bigEndianBytes + [type.rawValue] + terminal.bytes + terminalSerial.bigEndianBytes + moment.bytes)
    }
}
