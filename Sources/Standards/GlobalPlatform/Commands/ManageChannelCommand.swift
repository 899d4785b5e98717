public import ISO7816

/// MANAGE CHANNEL: opens or closes a supplementary logical channel. GPC v2.3.1 §11.7.
public enum ManageChannelCommand: GlobalPlatformCommand {
    /// Opens `channel`, or the next free one, whose number the card answers.
    case open(channel: UInt8?)
    case close(channel: UInt8)

    public static let instruction: UInt8 = 0x70

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard command.data.isEmpty else { throw .wrongDataLength(command.data.count) }
        switch (command.p1, command.p2) {
        case (0x00, 0x00): self = .open(channel: nil)
        case (0x00, 0x01...0x13): self = .open(channel: command.p2)
        case (0x80, 0x01...0x13): self = .close(channel: command.p2)
        default: throw .parameters(command)
        }
    }

    public var command: CommandAPDU {
        switch self {
        case .open(let channel):
            CommandAPDU(0x00, Self.instruction, 0x00, channel ?? 0, expectedLength: channel == nil ? 1 : nil)
        case .close(let channel): CommandAPDU(0x00, Self.instruction, 0x80, channel)
        }
    }
}
