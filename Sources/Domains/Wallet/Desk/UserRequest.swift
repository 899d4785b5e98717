/// A request of somebody who is logged in on a device.
public struct UserRequest: Sendable {
    public var user: UserID
    public var device: Device
    /// When the password was last given.
    public var authenticatedAt: Int64
    /// Where it comes from; absent where the wallet itself asks.
    public var address: NetworkAddress?
    /// Of a request that changes something.
    public var idempotencyKey: String
    /// SHA-256 of the request: the same key with another request is refused.
    public var requestDigest: [UInt8]

    public init(
        user: UserID, device: Device, authenticatedAt: Int64, address: NetworkAddress?, idempotencyKey: String,
        requestDigest: [UInt8]
    ) {
        self.user = user
        self.device = device
        self.authenticatedAt = authenticatedAt
        self.address = address
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
    }

    /// In the audit trail.
    var actor: String { "user \(user)" }
}
