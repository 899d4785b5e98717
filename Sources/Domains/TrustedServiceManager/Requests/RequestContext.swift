/// Who asks for something that changes a card, and the key under which a repetition is recognised.
protocol Requester: Sendable {
    /// Whose keys they are: each requester counts its own.
    var scope: String { get }
    var idempotencyKey: String? { get }
    /// SHA-256 of method, path and body.
    var requestDigest: [UInt8] { get }
    /// As the audit trail names it.
    var actor: String { get }
}

/// Who asks, and the key under which a repetition is recognised.
public struct RequestContext: Requester {
    public let provider: ServiceProviderID
    public let idempotencyKey: String?
    /// SHA-256 of method, path and body.
    public let requestDigest: [UInt8]
    let scope: String
    let actor: String

    public init(provider: ServiceProviderID, idempotencyKey: String?, requestDigest: [UInt8]) {
        self.provider = provider
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
        scope = "provider/\(provider.rawValue)"
        actor = "provider:\(provider.rawValue)"
    }

    /// An operator acts on what is a provider's.
    init(_ context: OperatorContext, on provider: ServiceProviderID) {
        self.provider = provider
        idempotencyKey = context.idempotencyKey
        requestDigest = context.requestDigest
        scope = context.scope
        actor = context.actor
    }
}
