/// What was answered to a request that carried a key: the same key gets the same answer.
public struct IdempotencyRecord: Hashable, Sendable, Codable {
    /// Whose key it is, and for which request.
    public var scope: String
    public var key: String
    /// SHA-256 of the request: the same key with another request is refused.
    public var requestDigest: [UInt8]
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
