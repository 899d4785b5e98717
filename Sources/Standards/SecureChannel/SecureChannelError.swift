public import ISO7816

/// Why the off-card end of a secure channel cannot go on. After any of these the session is over.
public enum SecureChannelError: Error, Equatable, Sendable, CustomStringConvertible {
    // What was asked for cannot be done.
    case hostChallengeLength(found: Int, expected: Int)
    case logicalChannelOutOfRange(Int)
    /// The card's implementation does not offer this level.
    case levelNotSupported(SecurityLevel, by: SCP03Implementation)
    case scp02LevelNotSupported(SCP02SecurityLevel, by: SCP02Implementation)
    /// SCP02 knows no R-ENCRYPTION.
    case levelUnknownToSCP02(SecurityLevel)
    /// BEGIN or END R-MAC SESSION has no place in this session.
    case responseMACSession(SecureChannelCardError)
    /// The wrapped command would not fit a short APDU.
    case dataTooLong(count: Int, max: Int)
    case keySet(SCP03KeySetError)
    case scp02KeySet(SCP02KeySetError)
    /// The keys at hand are for another protocol than the one that the card speaks.
    case keysForOtherProtocol(reported: UInt8)
    /// An earlier failure ended the session.
    case sessionAborted

    // The card said no.
    case cardRefused(StatusWord)

    /// The card is not the one that holds these keys, or not a card at all.
    case cardCryptogramMismatch

    // The card broke the protocol.
    case malformedInitializeUpdateResponse(InitializeUpdateResponseError)
    case modeMismatch(asked: SCP03Mode, reported: SCP03Implementation)
    case keyVersionMismatch(asked: UInt8, reported: UInt8)
    case implementationMismatch(expected: SCP03Implementation, reported: SCP03Implementation)
    case keyDiversificationDataMismatch
    /// The challenge is not the one that the sequence counter and the AID give.
    case cardChallengeMismatch
    /// A bare status word came with data.
    case unexpectedResponseData(count: Int)
    case responseMACMissing
    case responseMACMismatch
    case invalidResponsePadding
    case tooManyResponses(count: Int, expected: Int)

    public var description: String {
        switch self {
        case .hostChallengeLength(let found, let expected):
            "the host challenge has \(expected) bytes, found \(found)"
        case .logicalChannelOutOfRange(let channel): "there is no logical channel \(channel)"
        case .levelNotSupported(let level, let implementation): "the card (\(implementation)) does not offer \(level)"
        case .scp02LevelNotSupported(let level, let implementation):
            "the card (\(implementation)) does not offer \(level)"
        case .levelUnknownToSCP02(let level): "SCP02 has no level \(level)"
        case .responseMACSession(let error): "\(error)"
        case .dataTooLong(let count, let max): "the command data has \(count) bytes, \(max) fit a short APDU"
        case .keySet(let error): "\(error)"
        case .scp02KeySet(let error): "\(error)"
        case .keysForOtherProtocol(let identifier): "the card speaks SCP\([identifier].hex), the keys are for another"
        case .sessionAborted: "the session ended with an earlier failure"
        case .cardRefused(let statusWord): "the card refused with \(statusWord)"
        case .cardCryptogramMismatch: "the card does not hold these keys"
        case .malformedInitializeUpdateResponse(let error): "INITIALIZE UPDATE response: \(error)"
        case .modeMismatch(let asked, let reported): "asked for \(asked) mode, the card reports \(reported)"
        case .keyVersionMismatch(let asked, let reported):
            "asked for key version \([asked].hex), the card reports \([reported].hex)"
        case .implementationMismatch(let expected, let reported): "expected \(expected), the card reports \(reported)"
        case .keyDiversificationDataMismatch: "the card reports other key diversification data"
        case .cardChallengeMismatch: "the card challenge does not follow from the sequence counter"
        case .unexpectedResponseData(let count): "a bare status word came with \(count) bytes"
        case .responseMACMissing: "the response carries no R-MAC"
        case .responseMACMismatch: "the R-MAC does not match"
        case .invalidResponsePadding: "the decrypted response has no padding"
        case .tooManyResponses(let count, let expected): "\(count) responses to \(expected) commands"
        }
    }
}
