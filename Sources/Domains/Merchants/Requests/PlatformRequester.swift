/// Who asks, and the key under which a repetition is recognized.
public struct PlatformRequester: Hashable, Sendable {
    public typealias Party = PlatformCredential.Holder

    public let party: Party
    public let idempotencyKey: String?

    public init(_ party: Party, idempotencyKey: String?) {
        self.party = party
        self.idempotencyKey = idempotencyKey
    }

    /// Whose keys they are, and how the audit trail names it.
    var scope: String {
        switch party {
        case .operator(let name): "operator:\(name)"
        case .merchant(let id): "merchant:\(id)"
        case .user(let id): "user:\(id)"
        }
    }

    /// - Throws: ``MerchantsError/notFound(field:reason:)`` for anybody else than the operator.
    func requireOperator() throws(MerchantsError) {
        guard case .operator = party else { throw .notFound(field: "operator", reason: "only the operator asks this") }
    }

    /// - Throws: ``MerchantsError/notFound(field:reason:)`` for anybody else than a merchant.
    func merchant() throws(MerchantsError) -> MerchantID {
        guard case .merchant(let id) = party else {
            throw .notFound(field: "merchant", reason: "only a merchant asks this")
        }
        return id
    }

    /// - Throws: ``MerchantsError/notFound(field:reason:)`` for anybody else than a user.
    func user() throws(MerchantsError) -> PlatformUserID {
        guard case .user(let id) = party else { throw .notFound(field: "user", reason: "only a user asks this") }
        return id
    }
}

/// An access credential: only the digest of the bearer secret is kept.
public struct PlatformCredential: Hashable, Sendable, Codable {
    /// Whom a credential opens the platform to.
    public enum Holder: Hashable, Sendable, Codable {
        case `operator`(name: String)
        case merchant(MerchantID)
        case user(PlatformUserID)
    }

    /// SHA-256 of the bearer secret.
    public var digest: [UInt8]
    public var holder: Holder
    public var createdAt: Int64
    public var revokedAt: Int64?

    public init(digest: [UInt8], holder: Holder, createdAt: Int64, revokedAt: Int64? = nil) {
        self.digest = digest
        self.holder = holder
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// One line of the audit trail. No secret stands in it.
public struct PlatformAuditEntry: Hashable, Sendable, Codable {
    public var at: Int64
    /// `operator:NAME`, `merchant:ID`, `user:ID` or `payment-server`.
    public var actor: String
    public var action: String
    public var detail: String

    public init(at: Int64, actor: String, action: String, detail: String) {
        self.at = at
        self.actor = actor
        self.action = action
        self.detail = detail
    }
}

/// What is kept of a request so that its repetition gets the first answer.
public struct PlatformAnswer: Hashable, Sendable, Codable {
    /// Whose key it is.
    public var scope: String
    public var key: String
    /// A keyed digest of what was asked.
    public var requestDigest: [UInt8]
    /// The first answer, sealed in the context of scope and key.
    public var sealedAnswer: [UInt8]
    public var createdAt: Int64

    public init(scope: String, key: String, requestDigest: [UInt8], sealedAnswer: [UInt8], createdAt: Int64) {
        self.scope = scope
        self.key = key
        self.requestDigest = requestDigest
        self.sealedAnswer = sealedAnswer
        self.createdAt = createdAt
    }
}
