/// What is kept of a request so that its repetition gets the first answer.
public struct IdempotencyRecord: Hashable, Sendable, Codable {
    /// Whose key it is: a provider's or an operator's credential scope.
    public var scope: String
    public var key: String
    /// SHA-256 of method, path and body.
    public var requestDigest: [UInt8]
    /// The executions that the request began, in order.
    public var executions: [ExecutionNumber]
    /// The first answer, sealed; `nil` while the request has not been answered.
    public var sealedAnswer: [UInt8]?
    public var createdAt: Int64

    public init(scope: String, key: String, requestDigest: [UInt8], createdAt: Int64) {
        self.scope = scope
        self.key = key
        self.requestDigest = requestDigest
        executions = []
        sealedAnswer = nil
        self.createdAt = createdAt
    }
}
