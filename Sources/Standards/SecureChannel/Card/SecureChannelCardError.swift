public import ISO7816

/// Why the card does not accept a command of a secure channel; the owner answers ``statusWord`` and aborts the session
/// (SCP03: GPC Amendment D v1.2 §5.6; SCP02: GPC v2.3.1 §E.1.6).
public enum SecureChannelCardError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongLength(found: Int, expected: Int)
    /// P1 or P2 of INITIALIZE UPDATE or EXTERNAL AUTHENTICATE.
    case incorrectParameters(p1: UInt8, p2: UInt8)
    /// The security level of EXTERNAL AUTHENTICATE or BEGIN R-MAC SESSION.
    case levelNotSupported(UInt8)
    case hostCryptogramMismatch
    case secureMessagingMissing
    case secureMessagingNotExpected
    case commandMACMissing
    case commandMACMismatch
    case invalidCommandPadding
    /// The key set has opened as many sessions as its counter tells.
    case countersExhausted
    /// There is no INITIALIZE UPDATE for these keys: the first command with a C-MAC opens the session.
    case implicitInitiationOnly
    /// END R-MAC SESSION without one, or BEGIN R-MAC SESSION inside one.
    case noResponseMACSession, responseMACSessionInForce
    /// The data of BEGIN R-MAC SESSION is not a length and as many bytes.
    case malformedData
    /// An earlier failure ended the session.
    case sessionAborted

    /// What the card answers.
    public var statusWord: StatusWord {
        switch self {
        case .wrongLength: .wrongLength
        case .incorrectParameters, .levelNotSupported: .incorrectParameters
        case .hostCryptogramMismatch: .hostCryptogramFailed
        case .countersExhausted, .implicitInitiationOnly, .noResponseMACSession, .responseMACSessionInForce:
            .conditionsOfUseNotSatisfied
        case .malformedData: .incorrectData
        case .secureMessagingMissing, .secureMessagingNotExpected, .commandMACMissing, .commandMACMismatch,
            .invalidCommandPadding, .sessionAborted:
            .securityStatusNotSatisfied
        }
    }

    public var description: String {
        switch self {
        case .wrongLength(let found, let expected): "the data field has \(expected) bytes, found \(found)"
        case .incorrectParameters(let p1, let p2): "P1 P2 \([p1, p2].hex) are not known"
        case .levelNotSupported(let level): "this implementation does not offer level \([level].hex)"
        case .hostCryptogramMismatch: "the host cryptogram does not match"
        case .secureMessagingMissing: "the class byte does not indicate secure messaging"
        case .secureMessagingNotExpected: "the session has no secure messaging"
        case .commandMACMissing: "the command carries no C-MAC"
        case .commandMACMismatch: "the C-MAC does not match"
        case .invalidCommandPadding: "the decrypted command has no padding"
        case .countersExhausted: "the key set opens no further session"
        case .implicitInitiationOnly: "the first command with a C-MAC opens a session with these keys"
        case .noResponseMACSession: "there is no R-MAC session"
        case .responseMACSessionInForce: "responses carry an R-MAC already"
        case .malformedData: "the data field is not a length and as many bytes"
        case .sessionAborted: "the session ended with an earlier failure"
        }
    }
}
