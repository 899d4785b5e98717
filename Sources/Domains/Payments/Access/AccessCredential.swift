/// What a credential opens the payment server for.
public enum CredentialHolder: Hashable, Sendable, Codable {
    case `operator`
    case payer(AccountID)
    case platform(PartyName)
    case terminal(PartyName)
}

/// An access credential without its secret, of which only a digest is kept.
public struct AccessCredential: Hashable, Sendable, Codable {
    /// SHA-256 of 256 random bits.
    public let digest: [UInt8]
    public let holder: CredentialHolder
    public let createdAt: Int64
    public var revokedAt: Int64?

    public init(digest: [UInt8], holder: CredentialHolder, createdAt: Int64, revokedAt: Int64? = nil) {
        self.digest = digest
        self.holder = holder
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}
