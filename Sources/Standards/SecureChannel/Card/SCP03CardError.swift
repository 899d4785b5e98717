public import ISO7816

/// Why the card does not accept a command of a secure channel; the owner answers ``statusWord`` and aborts the session
/// (GPC Amendment D v1.2 §5.6).
public enum SCP03CardError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongLength(found: Int, expected: Int)
    /// P1 or P2 of INITIALIZE UPDATE or EXTERNAL AUTHENTICATE.
    case incorrectParameters(p1: UInt8, p2: UInt8)
    case levelNotSupported(SecurityLevel)
    case hostCryptogramMismatch
    case secureMessagingMissing
    case secureMessagingNotExpected
    case commandMACMissing
    case commandMACMismatch
    case invalidCommandPadding
    /// An earlier failure ended the session.
    case sessionAborted

    /// What the card answers.
    public var statusWord: StatusWord {
        switch self {
        case .wrongLength: .wrongLength
        case .incorrectParameters, .levelNotSupported: .incorrectParameters
        case .hostCryptogramMismatch: .hostCryptogramFailed
        case .secureMessagingMissing, .secureMessagingNotExpected, .commandMACMissing, .commandMACMismatch,
            .invalidCommandPadding, .sessionAborted:
            .securityStatusNotSatisfied
        }
    }

    public var description: String {
        switch self {
        case .wrongLength(let found, let expected): "the data field has \(expected) bytes, found \(found)"
        case .incorrectParameters(let p1, let p2): "P1 P2 \([p1, p2].hex) are not known"
        case .levelNotSupported(let level): "this implementation does not offer \(level)"
        case .hostCryptogramMismatch: "the host cryptogram does not match"
        case .secureMessagingMissing: "the class byte does not indicate secure messaging"
        case .secureMessagingNotExpected: "the session has no secure messaging"
        case .commandMACMissing: "the command carries no C-MAC"
        case .commandMACMismatch: "the C-MAC does not match"
        case .invalidCommandPadding: "the decrypted command has no padding"
        case .sessionAborted: "the session ended with an earlier failure"
        }
    }
}
