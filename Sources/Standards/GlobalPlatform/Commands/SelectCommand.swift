public import ISO7816

/// SELECT by name: the first or the next Application whose AID starts with these bytes. GPC v2.3.1 §11.9.
///
/// No bytes at all select the Issuer Security Domain or the Application with the Card Reset privilege (§6.4.1).
public struct SelectCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xA4

    /// Which of several matching Applications is meant: P2 b2–b1.
    public enum Occurrence: UInt8, Hashable, Sendable {
        case firstOrOnly = 0x00
        case next = 0x02
    }

    /// A whole AID, the beginning of one, or nothing: 0 to 16 bytes.
    public var name: [UInt8]
    public var occurrence: Occurrence
    /// P2 b4–b3, ISO/IEC 7816-4 Table 63: `00` FCI, `04` FCP, `0C` no response data.
    public var answersNothing: Bool

    public init(_ application: AID, _ occurrence: Occurrence = .firstOrOnly) {
        self.init(name: application.bytes, occurrence)
    }

    public init(name: [UInt8], _ occurrence: Occurrence = .firstOrOnly) {
        precondition(name.count <= 16, "a name has 16 bytes at most")
        self.name = name
        self.occurrence = occurrence
        answersNothing = false
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        // The GlobalPlatform card knows P2 `00` and `02` (Table 11-85); ISO clients ask for FCP or for no answer.
        guard command.p1 == 0x04, [0x00, 0x04, 0x0C].contains(command.p2 & ~0x02),
            let occurrence = Occurrence(rawValue: command.p2 & 0x03)
        else { throw .parameters(command) }
        guard command.data.count <= 16 else { throw .wrongDataLength(command.data.count) }
        name = command.data
        self.occurrence = occurrence
        answersNothing = command.p2 & 0x0C == 0x0C
    }

    public var command: CommandAPDU {
        CommandAPDU(
            0x00, Self.instruction, 0x04, occurrence.rawValue | (answersNothing ? 0x0C : 0x00), data: name,
            expectedLength: answersNothing ? nil : 256)
    }
}
