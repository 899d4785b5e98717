/// Why an issuer did not do what was asked; nothing changed.
public enum IssuingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field cannot be; the field is named as in the request.
    case invalid(field: String, reason: String)
    /// The thing named in `field` is unknown, or belongs to somebody else, which is answered alike.
    case notFound(field: String, reason: String)
    case duplicate(reason: String)
    case wrongState(reason: String)
    /// A signed statement is not believed, or does not say what the request says.
    case statement(StatementRefusal)
    /// The user has not been recognized as the holder of the card.
    case notVerified
    /// So many are there already that no more are taken; the bound is named.
    case limit(reason: String)
    /// Every request that changes something needs one.
    case idempotencyKeyMissing
    /// Same key, other request.
    case idempotencyConflict
    /// It was written down and could not be finished: the same request with the same key finishes it.
    case unfinished(reason: String)
    /// For the log, not for whoever asked.
    case `internal`(reason: String)

    public var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .notFound(let field, let reason): "\(field): \(reason)"
        case .duplicate(let reason), .wrongState(let reason), .limit(let reason): reason
        case .statement(let refusal): refusal.description
        case .notVerified: "the user has not been recognized as the holder of this card"
        case .idempotencyKeyMissing: "a request that changes something has an idempotency key"
        case .idempotencyConflict: "the idempotency key was used for another request"
        case .unfinished(let reason): "not finished yet: \(reason)"
        case .internal(let reason): "internal: \(reason)"
        }
    }
}
