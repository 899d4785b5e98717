public import ISO7816

/// Why the card desk did not do what it was asked for. Nothing is half done: what is under way goes on with the same key.
public enum CardDeskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field cannot be as it is.
    case invalid(field: String, reason: String)
    /// Not known, or somebody else's: the two are not told apart.
    case notFound(field: String)
    /// The request speaks of another user or secure element than its session.
    case notYours(field: String)
    /// The password must be given again first.
    case authenticationRequired
    /// Too many failed verifications: come back after so many seconds.
    case tooManyTries(retryAfterSeconds: Int64)
    /// No issuer that this wallet works with has given out such a card.
    case unknownIssuer
    /// The card lies in this secure element already.
    case alreadyBound
    /// The wallet holds as many cards as it may.
    case walletFull
    /// The issuer did not bind the card.
    case issuerRefused(reason: String)
    /// The secure element has no room for another card.
    case secureElementFull
    /// The secure element said no; nothing has changed.
    case secureElementRefused(StatusWord)
    /// The device's number has another secure element, or none.
    case noSecureElement
    /// The state of a card or device does not allow it.
    case wrongState(reason: String)
    /// The key belongs to another request.
    case idempotencyConflict
    /// Too many requests of one user wait already.
    case busy
    /// Nobody answered in time: repeat the request with the same key, it goes on where it stopped.
    case unsettled(reason: String)
    /// For the log, not for a client.
    case `internal`(reason: String)

    public var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .notFound(let field): "\(field) is not known here"
        case .notYours(let field): "\(field) is not that of the session"
        case .authenticationRequired: "the password must be given again before a card is moved or removed"
        case .tooManyTries: "too many verifications have failed"
        case .unknownIssuer: "no issuer of this wallet has given out such a card"
        case .alreadyBound: "the card is bound to this secure element already"
        case .walletFull: "the wallet holds as many cards as it may"
        case .issuerRefused(let reason): "the issuer did not bind the card: \(reason)"
        case .secureElementFull: "the secure element has no room for another card"
        case .secureElementRefused(let statusWord): "the secure element refused: \(statusWord)"
        case .noSecureElement: "the device's number has no secure element, or another one"
        case .wrongState(let reason): reason
        case .idempotencyConflict: "the Idempotency-Key belongs to another request"
        case .busy: "too many requests wait already"
        case .unsettled(let reason): "not settled yet: \(reason)"
        case .internal(let reason): "internal: \(reason)"
        }
    }
}
