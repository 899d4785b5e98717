public import ISO7816

/// What became of a forecast script. `answered` holds the responses to the plain commands so far, checked and in plain.
///
/// Only levels 13 and 33 have something to check: at level 03 responses carry no R-MAC, and whoever sits between card
/// and host can make them up.
public enum SCP03ForecastOutcome: Equatable, Sendable {
    /// Every command was answered.
    case complete([ResponseAPDU])
    /// The last answer is a refusal: a claim of whoever answered, because a refusal carries no R-MAC (Amd D §6.2.5).
    /// `answered` ends with it when a command was refused.
    case stopped(at: SCP03Forecast.Step, StatusWord, answered: [ResponseAPDU])
    /// The answers end before the script does: whether the card executed this step is unknown.
    case torn(at: SCP03Forecast.Step, answered: [ResponseAPDU])
    /// The card holds these keys and is at another counter value, which it has proved. Make the forecast again with the
    /// ``SequenceCounter/next`` of it.
    ///
    /// Nothing was executed, unless someone on the way ran the script and then asked the card once more.
    case staleCounter(reported: SequenceCounter)
    /// Whoever answered does not hold these keys. Nothing was executed, unless the answer was altered on its way.
    case wrongKeys
    /// The answer breaks the protocol or was altered on its way: what the card did from here on is unknown.
    case cardMisbehaved(at: SCP03Forecast.Step, SecureChannelError, answered: [ResponseAPDU])

    var meansNothingWasExecuted: Bool {
        switch self {
        case .staleCounter, .wrongKeys: true
        case .complete, .stopped, .torn, .cardMisbehaved: false
        }
    }
}

/// Why a forecast cannot be made.
public enum SCP03ForecastError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Commands would leave in plain before the card has proved itself.
    case requiresCommandDecryption(SecurityLevel)
    /// Random challenges cannot be foreseen.
    case requiresPseudoRandomChallenge(SCP03Implementation)
    case tooManyCommands(count: Int, max: Int)
    case opening(SecureChannelError)
    /// The command at this index cannot be wrapped.
    case command(Int, SecureChannelError)

    public var description: String {
        switch self {
        case .requiresCommandDecryption(let level): "a forecast needs C-DECRYPTION, not \(level)"
        case .requiresPseudoRandomChallenge(let implementation):
            "a forecast needs pseudo-random card challenges, not \(implementation)"
        case .tooManyCommands(let count, let max): "\(count) commands, \(max) at most"
        case .opening(let error): "\(error)"
        case .command(let index, let error): "command \(index): \(error)"
        }
    }
}
