import ISO7816
import SeneschalAPI
import Wallet

extension WalletError: ProblemCause {
    /// The one mapping of the wallet's errors to problems.
    var problem: Problem? {
        switch self {
        case .invalid(let field, let reason): Problem(.invalidField, detail: reason, field: field)
        case .unauthenticated: Problem(.unauthenticated)
        case .credentialsRefused: Problem(.credentialsRefused)
        case .lockedOut(let seconds):
            Problem(
                .tooManyTries, detail: "try again in \(seconds) seconds", retryAfterSeconds: Int(clamping: seconds))
        case .freshAuthenticationRequired: Problem(.freshAuthenticationRequired)
        case .loginNameTaken: Problem(.duplicate, detail: description, field: "loginName")
        case .notFound(let kind): Problem(.notFound, field: kind)
        case .tooMany: Problem(.limitReached, detail: description)
        case .notYours(let field): Problem(.forbidden, detail: description, field: field)
        case .unknownIssuer: Problem(.unknownIssuer)
        case .alreadyBound: Problem(.duplicate, detail: description)
        case .issuerRefused(let code): Problem(.issuerRefused, detail: "its refusal: \(code)")
        case .noSecureElement: Problem(.secureElementMismatch)
        case .secureElementFull: Problem(.secureElementFull)
        case .secureElementRefused(let statusWord):
            Problem(
                .cardRefused, detail: description,
                sw: HexBytes([UInt8(statusWord.rawValue >> 8), UInt8(statusWord.rawValue & 0xFF)]))
        case .conflict(let reason): Problem(.wrongState, detail: reason)
        case .idempotencyConflict: Problem(.idempotencyConflict)
        case .unsettled(let reason): Problem(.unfinished, detail: reason)
        case .internal: nil
        }
    }
}
