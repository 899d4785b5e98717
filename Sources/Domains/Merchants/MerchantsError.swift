public import Instructions

/// Why the platform did not do what was asked; nothing changed.
public enum MerchantsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field cannot be; the field is named as in the request.
    case invalid(field: String, reason: String)
    /// The thing named in `field` is unknown, or belongs to somebody else, which is answered alike.
    case notFound(field: String, reason: String)
    case duplicate(reason: String)
    case wrongState(reason: String)
    /// The tag that was read leads to no payment.
    case tag(TagRefusal)
    /// There is no reward for what was reported.
    case noReward(NoReward)
    /// A signed statement is not believed, or does not say what is known.
    case statement(StatementRefusal)
    /// So many are there already that no more are taken; the bound is named.
    case limit(reason: String)
    /// Every request that changes something needs one.
    case idempotencyKeyMissing
    /// Same key, other request.
    case idempotencyConflict
    /// It was written down and could not be finished: it is tried again.
    case unfinished(reason: String)
    /// For the log, not for whoever asked.
    case `internal`(reason: String)

    public var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .notFound(let field, let reason): "\(field): \(reason)"
        case .duplicate(let reason), .wrongState(let reason), .limit(let reason): reason
        case .tag(let refusal): refusal.description
        case .noReward(let reason): reason.description
        case .statement(let refusal): refusal.description
        case .idempotencyKeyMissing: "a request that changes something has an idempotency key"
        case .idempotencyConflict: "the idempotency key was used for another request"
        case .unfinished(let reason): "not finished yet: \(reason)"
        case .internal(let reason): "internal: \(reason)"
        }
    }
}
