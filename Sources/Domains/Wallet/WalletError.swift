public import ISO7816
public import TurnTaking

/// Why the wallet did not do what it was asked for. Nothing changed, unless the case says otherwise.
public enum WalletError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field of the request cannot be.
    case invalid(field: String, reason: String)
    /// No session, or one that is over.
    case unauthenticated
    /// Login name and password do not fit; which of them is not said.
    case credentialsRefused
    /// Too many failed tries, for this name or from this address: passwords, whether or not there is such an account, or
    /// verifications, whatever became of them.
    case lockedOut(seconds: Int64)
    /// The password must be given again first.
    case freshAuthenticationRequired
    case loginNameTaken
    /// There is none, or it is another's: which of the two is not said.
    case notFound(kind: String)
    /// One more than there may be.
    case tooMany(kind: String, max: Int)
    /// The request speaks of another user than its session.
    case notYours(field: String)
    /// No issuer that this wallet works with has given out such a card.
    case unknownIssuer
    /// The card lies in this secure element already.
    case alreadyBound
    /// The issuer did not bind the card; with the code of its refusal.
    case issuerRefused(code: String)
    /// The device's number has another secure element, or none.
    case noSecureElement
    /// The secure element has no room for another card.
    case secureElementFull
    /// The secure element said no; nothing has changed.
    case secureElementRefused(StatusWord)
    /// It stands in another state than this needs.
    case conflict(reason: String)
    /// The same key or transaction, but another request.
    case idempotencyConflict
    /// Come again with the same key. Something may have been done already.
    case unsettled(reason: String)
    /// The text is for the log, not for a client.
    case `internal`(reason: String)

    public var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .unauthenticated: "nobody is logged in"
        case .credentialsRefused: "login name and password do not fit together"
        case .lockedOut(let seconds): "too many failed tries: try again in \(seconds) seconds"
        case .freshAuthenticationRequired: "the password must be given again first"
        case .loginNameTaken: "the login name is taken"
        case .notFound(let kind): "there is no such \(kind)"
        case .tooMany(let kind, let max): "there can be \(max) of \(kind) at most"
        case .notYours(let field): "\(field) is not that of the session"
        case .unknownIssuer: "no issuer of this wallet has given out such a card"
        case .alreadyBound: "the card is bound to this secure element already"
        case .issuerRefused(let code): "the issuer did not bind the card: \(code)"
        case .noSecureElement: "the device's number has no secure element, or another one"
        case .secureElementFull: "the secure element has no room for another card"
        case .secureElementRefused(let statusWord): "the secure element refused: \(statusWord)"
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
    public init(_ error: WalletStoreError) {
        switch error {
        case .conflict: self = .unsettled(reason: "somebody else changed it meanwhile")
        case .duplicate, .missing, .failed: self = .internal(reason: "\(error)")
        }
    }

    public init(_ error: WalletVaultError) { self = .internal(reason: "\(error)") }
}

/// Does `work` with the store; what the store refuses becomes the wallet's error.
func stored<Value>(
    _ work: () async throws(WalletStoreError) -> Value
) async throws(WalletError) -> Value {
    do {
        return try await work()
    } catch {
        throw WalletError(error)
    }
}

/// Does `work` with the vault.
func kept<Value>(_ work: () async throws(WalletVaultError) -> Value) async throws(WalletError) -> Value {
    do {
        return try await work()
    } catch {
        throw WalletError(error)
    }
}

extension WalletError: TurnFailure {
    public static func crowded(reason: String) -> WalletError { .unsettled(reason: reason) }
}
