public import ISO7816

/// GET BALANCE: `80 5C 00 02 04`; the answer is the balance (4).
public struct GetBalance: PurseCommand {
    public static let instruction: UInt16 = 0x805C
    public var account: PurseAccount

    public init(_ account: PurseAccount = .electronicPurse) { self.account = account }

    public var command: CommandAPDU { Self.make(0x00, account.rawValue, expecting: 4) }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 == 0x00, let account = PurseAccount(rawValue: command.p2) else { throw .parameters }
        self.account = account
        try ByteReader(command.data).end()
    }

    /// The balance of an answer, without the bit that says it is overdrawn.
    ///
    /// - Throws: ``PurseLayoutError``.
    public static func balance(in answer: [UInt8]) throws(PurseLayoutError) -> UInt32 {
        var reader = ByteReader(answer)
        let balance: UInt32 = try reader.number("balance")
        try reader.end()
        return PurseAmount.masked(balance)
    }
}
