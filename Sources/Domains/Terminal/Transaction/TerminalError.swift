public import EMV
public import ISO7816

/// Why a terminal has no authorization data. No value of a card's data object stands in it.
public enum TerminalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The card pays nowhere, or not here: nothing on it is known to this terminal.
    case noApplication
    /// More than one card answered: present one.
    case severalCards
    /// The card left the field. Present it again: nothing was authorized.
    case cardRemoved(CardUnreachable)
    /// The card said no to a command that it has to answer.
    case refused(Stage, StatusWord)
    /// The card's answer cannot be used.
    case malformed(Stage, CardAnswerError)
    /// The card declined the transaction.
    case declined
    /// The card's signatures do not show that it is genuine.
    case notGenuine(String)
    /// The code cannot be read, or is none.
    case code(String)
    /// What the merchant entered.
    case transaction(String)

    /// Where in a transaction.
    public enum Stage: String, Hashable, Sendable {
        case selectDirectory = "selecting the payment directory"
        case selectApplication = "selecting an application"
        case processingOptions = "getting processing options"
        case readRecord = "reading a record"
        case internalAuthenticate = "authenticating the card"
        case generateCryptogram = "generating the cryptogram"
    }

    public var description: String {
        switch self {
        case .noApplication: "the card has no application that this terminal accepts"
        case .severalCards: "several cards are in the field: present one"
        case .cardRemoved(let error): "the card was removed: \(error.reason)"
        case .refused(let stage, let status): "the card answered \(status) to \(stage.rawValue)"
        case .malformed(let stage, let error): "\(stage.rawValue): \(error)"
        case .declined: "the card declined the transaction"
        case .notGenuine(let reason): "the card is not shown to be genuine: \(reason)"
        case .code(let reason): "the code cannot be used: \(reason)"
        case .transaction(let reason): reason
        }
    }
}
