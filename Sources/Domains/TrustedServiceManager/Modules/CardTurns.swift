import TurnTaking

/// One open script per card.
typealias CardTurns = Turns<SecureElementIdentifier, TSMError>

/// One request at a time under one Idempotency-Key: requests that arrive together have one effect.
typealias RequestTurns = Turns<IdempotencyName, TSMError>

/// An Idempotency-Key in the scope of whoever uses it.
struct IdempotencyName: Hashable, Sendable {
    var scope: String
    var key: String?
}
