import Payments
import SeneschalAPI

extension PaymentsError: ProblemCause {
    /// The one mapping of the payment server's errors to problems.
    var problem: Problem? {
        switch self {
        case .invalid(let field, let reason): Problem(.invalidField, detail: reason, field: field)
        case .unauthenticated: Problem(.unauthenticated, detail: "this access credential is not known")
        case .pinRefused: Problem(.credentialsRefused, detail: description, field: "pin")
        case .pinLocked(let seconds): Problem(.tooManyTries, detail: description, retryAfterSeconds: Int(seconds))
        case .verificationRequired: Problem(.credentialsRefused, detail: description, field: "pin")
        case .notFound: Problem(.notFound, detail: description)
        case .duplicate, .instructionUsed: Problem(.duplicate, detail: description)
        case .tooMany: Problem(.limitReached, detail: description)
        case .statementRefused: Problem(.assertionRefused, detail: description)
        case .amountFixed, .amountRequired, .foreignCurrency:
            Problem(.invalidField, detail: description, field: "amount")
        case .confirmationDiffers: Problem(.assertionRefused, detail: description, field: "confirmation")
        case .expired, .conflict: Problem(.wrongState, detail: description)
        case .transferRefused(let refusal): refusal.problem
        case .idempotencyConflict: Problem(.idempotencyConflict)
        case .unsettled: Problem(.unfinished, detail: description)
        case .internal: nil
        }
    }
}

extension TransferRefusal {
    fileprivate var problem: Problem {
        switch self {
        case .exceedsCredits, .exceedsDebits:
            Problem(.insufficientFunds, detail: "the account does not hold as much")
        case .unknownAccount: Problem(.notFound, detail: description)
        case .amountZero, .amountNegative, .overflow, .foreignCurrency:
            Problem(.invalidField, detail: description, field: "amount")
        default: Problem(.wrongState, detail: description)
        }
    }
}
