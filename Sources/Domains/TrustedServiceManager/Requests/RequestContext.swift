/// Who asks, and the key under which a repetition is recognised.
public struct RequestContext: Sendable {
    public let provider: ServiceProviderID
    public let idempotencyKey: String?
    /// SHA-256 of method, path and body.
    public let requestDigest: [UInt8]

    /// Whose keys they are: each provider counts its own.
    var scope: String { "provider/\(provider.rawValue)" }

    public init(provider: ServiceProviderID, idempotencyKey: String?, requestDigest: [UInt8]) {
        self.provider = provider
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
    }
}
