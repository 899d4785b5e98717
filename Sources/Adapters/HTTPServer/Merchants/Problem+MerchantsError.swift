import Instructions
import Merchants
import SeneschalAPI

extension MerchantsError: ProblemCause {
    /// The one mapping of the merchant platform's errors to problems.
    var problem: Problem? {
        switch self {
        case .invalid(let field, let reason): Problem(.invalidField, detail: reason, field: field)
        case .notFound(let field, let reason): Problem(.notFound, detail: reason, field: field)
        case .duplicate(let reason): Problem(.duplicate, detail: reason)
        case .wrongState(let reason): Problem(.wrongState, detail: reason)
        case .tag(let refusal): Problem(.tagRefused, detail: refusal.description)
        case .noReward(let reason): Problem(.noReward, detail: reason.description)
        case .statement(let refusal): Problem(.assertionRefused, detail: refusal.description)
        case .limit(let reason): Problem(.limitReached, detail: reason)
        case .idempotencyKeyMissing: Problem(.idempotencyKeyMissing)
        case .idempotencyConflict: Problem(.idempotencyConflict)
        case .unfinished(let reason): Problem(.unfinished, detail: reason)
        case .internal: nil
        }
    }
}
