import Issuing
import SeneschalAPI

extension IssuingError: ProblemCause {
    /// The one mapping of the issuer's errors to problems.
    var problem: Problem? {
        switch self {
        case .invalid(let field, let reason): Problem(.invalidField, detail: reason, field: field)
        case .notFound(let field, let reason): Problem(.notFound, detail: reason, field: field)
        case .duplicate(let reason): Problem(.duplicate, detail: reason)
        case .wrongState(let reason): Problem(.wrongState, detail: reason)
        case .statement(let refusal): Problem(.assertionRefused, detail: refusal.description, field: "assertion")
        case .notVerified: Problem(.notRecognized)
        case .limit(let reason): Problem(.limitReached, detail: reason)
        case .idempotencyKeyMissing: Problem(.idempotencyKeyMissing)
        case .idempotencyConflict: Problem(.idempotencyConflict)
        case .unfinished(let reason): Problem(.unfinished, detail: reason)
        case .internal: nil
        }
    }
}
