public import ISO7816

/// What a TEE application asks SA1, in plain. On channel 1 it is a command of SCP03 at level 33; P1 is the channel number.
///
///     E0 open | E2 poll: technology (1), milliseconds (2) | E4 transmit: piece, P2 01 when more follow | E6 collect |
///     E8 close
public enum ReadingRequest: Hashable, Sendable {
    /// Opens channel 2 and switches the field on.
    case open
    case poll(ReaderTechnology, milliseconds: UInt16)
    /// A piece of a command for the card.
    case transmit([UInt8], isLast: Bool)
    /// A piece of what the NFC controller said.
    case collect
    /// Switches the field off and ends channel 1.
    case close

    /// What one request carries of a command: the data of a short command at level 33.
    public static let pieceLengthMax = 239

    /// - Parameter number: the channel number that the establishment gave.
    public func command(channel number: UInt8) -> CommandAPDU {
        let (instruction, p2, data): (UInt8, UInt8, [UInt8]) =
            switch self {
            case .open: (0xE0, 0x00, [])
            case .poll(let technology, let milliseconds):
                (0xE2, 0x00, [technology.rawValue, UInt8(milliseconds >> 8), UInt8(milliseconds & 0xFF)])
            case .transmit(let piece, let isLast): (0xE4, isLast ? 0x00 : 0x01, piece)
            case .collect: (0xE6, 0x00, [])
            case .close: (0xE8, 0x00, [])
            }
        return CommandAPDU(0x80, instruction, number, p2, data: data, expectedLength: 256)
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(_ command: CommandAPDU) throws(TrustedReadingMessageError) {
        switch (command.instruction, command.p2, command.data.count) {
        case (0xE0, 0x00, 0): self = .open
        case (0xE2, 0x00, 3):
            guard let technology = ReaderTechnology(rawValue: command.data[0]) else { throw .malformed }
            self = .poll(technology, milliseconds: UInt16(command.data[1]) << 8 | UInt16(command.data[2]))
        case (0xE4, 0x00...0x01, 1...): self = .transmit(command.data, isLast: command.p2 == 0x00)
        case (0xE6, 0x00, 0): self = .collect
        case (0xE8, 0x00, 0): self = .close
        default: throw .malformed
        }
    }
}

/// What SA1 answers, in plain; it travels with `9000`, because SCP03 leaves refusals without a MAC.
///
///     00 | 01 last piece | 02 piece | 10 | 11 | 12 | 13 failure (1) | 14
public enum ReadingAnswer: Hashable, Sendable {
    case done
    /// A piece of a ``ControllerEvent``.
    case event([UInt8], isLast: Bool)
    /// Another TEE application is reading.
    case busy
    /// The NFC controller has said nothing yet.
    case pending
    /// Not in this order: no reading is open, or one is, or a command is under way.
    case outOfTurn
    /// Channel 2 ended; the reading is over.
    case linkFailed(LinkFailure)
    /// The command is longer than ``TrustedReading/messageLengthMax``.
    case tooLong

    /// What one answer carries of an event.
    public static let pieceLengthMax = 238

    public var bytes: [UInt8] {
        switch self {
        case .done: [0x00]
        case .event(let piece, let isLast): [isLast ? 0x01 : 0x02] + piece
        case .busy: [0x10]
        case .pending: [0x11]
        case .outOfTurn: [0x12]
        case .linkFailed(let failure): [0x13, failure.rawValue]
        case .tooLong: [0x14]
        }
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(bytes: [UInt8]) throws(TrustedReadingMessageError) {
        guard let code = bytes.first else { throw .malformed }
        switch (code, bytes.count) {
        case (0x00, 1): self = .done
        case (0x01, 2...), (0x02, 2...): self = .event(Array(bytes.dropFirst()), isLast: code == 0x01)
        case (0x10, 1): self = .busy
        case (0x11, 1): self = .pending
        case (0x12, 1): self = .outOfTurn
        case (0x13, 2):
            guard let failure = LinkFailure(rawValue: bytes[1]) else { throw .malformed }
            self = .linkFailed(failure)
        case (0x14, 1): self = .tooLong
        default: throw .malformed
        }
    }
}

/// Why there is no channel 2, as SA1 tells it.
public enum LinkFailure: UInt8, Hashable, Sendable, CaseIterable {
    /// SA2 is not there, does not accept SA1, or has no key of an NFC controller.
    case notPaired = 0x01
    /// The NFC controller does not hold the pairing key.
    case controllerUnknown = 0x02
    /// A frame was changed.
    case tampered = 0x03
    /// A frame was replayed, dropped or overtaken.
    case outOfOrder = 0x04
    case malformed = 0x05
    case exhausted = 0x06

    public init(_ error: LinkError) {
        self =
            switch error {
            case .proofDoesNotMatch: .controllerUnknown
            case .macDoesNotMatch: .tampered
            case .outOfOrder: .outOfOrder
            case .malformed, .tooLong, .sessionOver: .malformed
            case .counterExhausted: .exhausted
            }
    }
}
