public import ISO7816

/// A command of the purse or of a terminal's security module, from both ends.
public protocol PurseCommand: Hashable, Sendable {
    /// CLA and INS on the basic channel.
    static var instruction: UInt16 { get }

    /// The command as it is sent.
    var command: CommandAPDU { get }

    /// Reads a command whose CLA and INS are ``instruction``.
    ///
    /// - Throws: ``PurseLayoutError``: ``PurseLayoutError/parameters`` for P1 and P2, the rest for the data field.
    init(_ command: CommandAPDU) throws(PurseLayoutError)
}

extension PurseCommand {
    static func make(
        _ p1: UInt8, _ p2: UInt8, _ data: [UInt8] = [], expecting length: Int? = nil
    ) -> CommandAPDU {
        CommandAPDU(
            ClassByte(UInt8(instruction >> 8)), UInt8(truncatingIfNeeded: instruction), p1, p2, data: data,
            expectedLength: length)
    }
}

/// A response's data field, from both ends.
public protocol PurseResponse: Hashable, Sendable {
    var bytes: [UInt8] { get }

    /// - Throws: ``PurseLayoutError``.
    init(_ bytes: [UInt8]) throws(PurseLayoutError)
}

extension StatusWord {
    /// The command is not accepted in this state.
    public static let purseWrongState = StatusWord(0x6901)
    /// The MAC is wrong.
    public static let purseWrongMAC = StatusWord(0x9302)
    /// The application is locked for good.
    public static let purseLocked = StatusWord(0x9303)
    /// The balance does not suffice.
    public static let purseInsufficientBalance = StatusWord(0x9401)
    /// A counter or the balance has reached its end.
    public static let purseLimitReached = StatusWord(0x9402)
    /// There is no key with this index.
    public static let purseUnknownKey = StatusWord(0x9403)
    /// There is no proof of this transaction.
    public static let purseNoProof = StatusWord(0x9406)
}
