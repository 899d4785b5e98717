public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// Why an action on a card did not end as asked.
public enum CardManagementError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was asked for cannot be done, or not without being forced; nothing was sent.
    case notAllowed(String)
    /// The keys are not to be had.
    case keysUnavailable(CardKeysUnavailable)
    /// The guard holds an authentication back; nothing was sent.
    case authenticationWithheld(AuthenticationWithheld)

    /// The card said no.
    case cardRefused(CommandRefusal)
    /// The security domain has no key set of this version; it lists these.
    case noSuchKeySet(KeyVersionNumber, listed: [KeyVersionNumber])
    /// The card does not hold these keys; EXTERNAL AUTHENTICATE was not sent.
    case wrongKeys(WrongKeys)
    /// The card answered what no card answers.
    case cardMisbehaved(String)
    case secureChannel(SecureChannelError)

    /// The card could not be reached; it says whether the command may have been executed.
    case cardUnreachable(CardUnreachable)
    case journalFailed(JournalFailure)

    public var description: String {
        switch self {
        case .notAllowed(let reason): reason
        case .keysUnavailable(let error): "no keys: \(error)"
        case .authenticationWithheld(let error): "\(error)"
        case .cardRefused(let refusal): "\(refusal)"
        case .noSuchKeySet(let asked, let listed):
            listed.isEmpty
                ? "the security domain has no key set \(asked)"
                : "the security domain has no key set \(asked); it lists key versions "
                    + listed.map(\.description).joined(separator: ", ")
        case .wrongKeys(let error): "\(error)"
        case .cardMisbehaved(let what): "the card misbehaved: \(what)"
        case .secureChannel(let error): "\(error)"
        case .cardUnreachable(let error): "\(error)"
        case .journalFailed(let error): "\(error)"
        }
    }

    /// The connection is what failed: after a reset the same action may be taken up again.
    public var isConnectionLoss: Bool {
        if case .cardUnreachable = self { return true }
        return false
    }
}

/// A status word that says no, and to what.
public struct CommandRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// As the standard prints it, such as `INSTALL [for load]`.
    public let command: String
    public let statusWord: StatusWord

    public init(command: String, statusWord: StatusWord) {
        self.command = command
        self.statusWord = statusWord
    }

    public var description: String {
        let meaning = Self.meaning(of: statusWord, to: command).map { ": \($0)" } ?? ""
        return "\(command) was refused with \(statusWord)\(meaning)"
    }

    /// What the status word says, and what helps. GPC v2.3.1 Table 11-10 and the error tables of chapter 11.
    static func meaning(of statusWord: StatusWord, to command: String) -> String? {
        switch (statusWord, command) {
        case (.hostCryptogramFailed, "EXTERNAL AUTHENTICATE"), (.securityStatusNotSatisfied, "EXTERNAL AUTHENTICATE"):
            """
            authentication failed although the card cryptogram fits: in SCP02 that proves Key-ENC only, so compare Key-MAC; \
            or the card does not take this level
            """
        case (.conditionsOfUseNotSatisfied, _) where command.hasPrefix("INSTALL [for load]"):
            "conditions of use not satisfied (is the package on the card already?)"
        case (.conditionsOfUseNotSatisfied, _) where command.hasPrefix("DELETE"):
            "conditions of use not satisfied (does something still depend on it, or is it selected?)"
        case (.notEnoughMemory, _) where command.hasPrefix("PUT KEY"):
            "no room for another key set: replace one in place"
        case (.incorrectData, _) where command.hasPrefix("INSTALL"):
            "incorrect data (is the AID taken, a privilege not grantable, or a parameter unknown?)"
        case (.incorrectData, _) where command.hasPrefix("LOAD"):
            "incorrect data (does the file match its hash, and does the card support its imports?)"
        case (.referencedDataNotFound, _): "what the command names is not there"
        case (.securityStatusNotSatisfied, _):
            "security status not satisfied (is the level too low, or a token or DAP missing or wrong?)"
        case (.conditionsOfUseNotSatisfied, _): "conditions of use not satisfied"
        case (.authenticationMethodBlocked, _): "the keys are blocked: no tries are left"
        case (.incorrectData, _): "incorrect data"
        case (.incorrectParameters, _), (.wrongParameters, _): "incorrect P1 P2"
        case (.fileNotFound, _): "no such application, or it cannot be selected"
        case (.notEnoughMemory, _): "not enough memory on the card"
        case (.wrongLength, _): "wrong length"
        case (.instructionNotSupported, _), (.classNotSupported, _): "the card does not know this command here"
        case (.functionNotSupported, _): "the card does not support this"
        case (.memoryFailure, _): "the card failed to write its memory"
        case (.algorithmNotSupported, _): "the card does not support this algorithm"
        case (.invalidKeyCheckValue, _): "the key check value does not match: another key encryption key?"
        case (.hostCryptogramFailed, _): "authentication failed"
        case (.selectedFileInvalidated, _): "the card or the application is locked"
        default: nil
        }
    }
}
