/// A login on one device: good until it expires, lies idle, or is revoked.
public struct Session: RevisedRecord, Hashable, Codable {
    public var id: SessionID
    /// SHA-256 of the secret, which has 256 bits of randomness.
    public var digest: [UInt8]
    public var user: UserID
    public var device: DeviceID
    public var createdAt: Int64
    public var expiresAt: Int64
    /// To within ``AccountPolicy/touchSeconds``.
    public var lastUsedAt: Int64
    /// When the password was last given, at login or after.
    public var authenticatedAt: Int64
    public var revokedAt: Int64?
    public var revision: Int

    public init(
        id: SessionID, digest: [UInt8], user: UserID, device: DeviceID, createdAt: Int64, expiresAt: Int64,
        lastUsedAt: Int64, authenticatedAt: Int64, revokedAt: Int64? = nil, revision: Int = 0
    ) {
        self.id = id
        self.digest = digest
        self.user = user
        self.device = device
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.authenticatedAt = authenticatedAt
        self.revokedAt = revokedAt
        self.revision = revision
    }
}
