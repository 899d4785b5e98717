public import ISO7816

/// One command of the card specification, written by the host and read by the card from the same layout.
public protocol GlobalPlatformCommand: Hashable, Sendable {
    /// INS. GPC v2.3.1 Table 11-1.
    static var instruction: UInt8 { get }

    /// Reads the command, all of it; the class byte is the dispatcher's business.
    init(_ command: CommandAPDU) throws(CommandDecodingError)

    /// The command on the basic logical channel, without secure messaging.
    var command: CommandAPDU { get }
}

/// Why an APDU is not the command that its instruction announces.
public enum CommandDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case unexpectedInstruction(UInt8, expected: UInt8)
    case incorrectParameters(p1: UInt8, p2: UInt8)
    case wrongDataLength(Int)
    case layout(ByteLayoutError)
    case tlv(BERTLVDecodingError)
    case aid(field: String, AIDError)
    case invalid(field: String, value: [UInt8])

    /// What a card answers. GPC v2.3.1 Table 11-2 and the error tables of each command.
    public var statusWord: StatusWord {
        switch self {
        case .unexpectedInstruction: .instructionNotSupported
        case .incorrectParameters: .incorrectParameters
        case .wrongDataLength: .wrongLength
        case .layout, .tlv, .aid, .invalid: .incorrectData
        }
    }

    public var description: String {
        switch self {
        case .unexpectedInstruction(let found, let expected):
            "instruction \([found].hex) where \([expected].hex) is expected"
        case .incorrectParameters(let p1, let p2): "P1 P2 \([p1, p2].hex) is not defined for this command"
        case .wrongDataLength(let count): "a data field of \(count) bytes is not allowed here"
        case .layout(let error): "\(error)"
        case .tlv(let error): "\(error)"
        case .aid(let field, let error): "\(field): \(error)"
        // The length only: a refused value may still be a secret.
        case .invalid(let field, let value): "\(field) has an undefined value of \(value.count) bytes"
        }
    }
}

extension GlobalPlatformCommand {
    static func check(_ command: CommandAPDU) throws(CommandDecodingError) {
        guard command.instruction == instruction else {
            throw .unexpectedInstruction(command.instruction, expected: instruction)
        }
    }
}

/// GlobalPlatform's class byte without secure messaging on the basic channel. GPC v2.3.1 §11.1.4.
let proprietaryClass: ClassByte = 0x80

extension CommandDecodingError {
    static func parameters(_ command: CommandAPDU) -> CommandDecodingError {
        .incorrectParameters(p1: command.p1, p2: command.p2)
    }
}
