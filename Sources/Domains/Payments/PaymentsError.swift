public import ISO4217
public import Instructions

/// Why the payment server did not do what it was asked for. Nothing changed, unless the case says otherwise.
public enum PaymentsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field of the request cannot be.
    case invalid(field: String, reason: String)
    /// No access credential, or one that opens nothing.
    case unauthenticated
    /// The payment PIN is wrong; it has been counted.
    case pinRefused(triesRemaining: Int)
    /// Too many wrong PINs: none is looked at.
    case pinLocked(seconds: Int64)
    /// A PIN, or the device's word that it has verified its user, is needed.
    case verificationRequired
    /// There is none, or it is another's: which of the two is not said.
    case notFound(kind: String)
    case duplicate(reason: String)
    /// One more than there may be.
    case tooMany(kind: String, max: Int)
    /// What a party signed is not believed.
    case statementRefused(StatementRefusal)
    /// The instruction has become another payer's order, or one with another amount.
    case instructionUsed
    /// The instruction fixes the amount, and it is not this one.
    case amountFixed(Money)
    /// The instruction leaves the amount to the payer, who has not said it.
    case amountRequired
    case foreignCurrency(Currency, due: Currency)
    /// What is confirmed is not what was asked for: the field that differs.
    case confirmationDiffers(field: String)
    /// The time for it is over.
    case expired(kind: String)
    /// The ledger refuses the transfer.
    case transferRefused(TransferRefusal)
    /// It stands in another state than this needs.
    case conflict(reason: String)
    /// The same key, but another request.
    case idempotencyConflict
    /// Come again with the same key. Something may have been done already.
    case unsettled(reason: String)
    /// The text is for the log, not for a client.
    case `internal`(reason: String)

    public var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .unauthenticated: "the access credential opens nothing"
        case .pinRefused(let tries): "the payment PIN is wrong: \(tries) tries remain"
        case .pinLocked(let seconds): "too many wrong PINs: try again in \(seconds) seconds"
        case .verificationRequired: "neither a PIN nor the device's verification of its user was given"
        case .notFound(let kind): "there is no such \(kind)"
        case .duplicate(let reason): reason
        case .tooMany(let kind, let max): "there can be \(max) of \(kind) at most"
        case .statementRefused(let refusal): refusal.description
        case .instructionUsed: "the instruction was used for another order"
        case .amountFixed(let amount): "the amount is fixed: \(amount)"
        case .amountRequired: "the instruction leaves the amount open: say how much"
        case .foreignCurrency(let currency, let due): "the account is in \(currency), the payment in \(due)"
        case .confirmationDiffers(let field): "the confirmation is of something else: \(field) differs"
        case .expired(let kind): "the \(kind) has expired"
        case .transferRefused(let refusal): refusal.description
        case .conflict(let reason): reason
        case .idempotencyConflict: "the key was used for another request"
        case .unsettled(let reason): "not settled yet: \(reason)"
        case .internal(let reason): "internal: \(reason)"
        }
    }

    /// Whether it is certain that nothing was done, here or outside.
    public var isCertain: Bool {
        switch self {
        case .unsettled, .internal: false
        default: true
        }
    }

    /// What the store's refusal means to whoever asked.
    public init(_ error: PaymentStoreError) {
        switch error {
        case .conflict: self = .unsettled(reason: "somebody else changed it meanwhile")
        case .transfersRefused: self = error.refusal.map { .transferRefused($0) } ?? .internal(reason: "\(error)")
        case .accountInUse: self = .conflict(reason: error.description)
        case .duplicate, .missing, .failed: self = .internal(reason: "\(error)")
        }
    }
}

/// Does `work` with the store; what the store refuses becomes the payment server's error.
func stored<Value>(_ work: () async throws(PaymentStoreError) -> Value) async throws(PaymentsError) -> Value {
    do {
        return try await work()
    } catch {
        throw PaymentsError(error)
    }
}
