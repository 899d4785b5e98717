/// A person with an account in the wallet.
public struct Account: RevisedRecord, Hashable, Codable {
    public var id: UserID
    public var login: LoginName
    /// What the person wants to be called, 1 to ``displayNameBytesMax`` bytes.
    public var displayName: String
    public var password: PasswordDigest
    public var passkeys: [Passkey]
    public var failures: LoginFailures
    public var createdAt: Int64
    public var revision: Int

    public static let displayNameBytesMax = 128
    public static let passkeysMax = 16

    public init(
        id: UserID, login: LoginName, displayName: String, password: PasswordDigest, passkeys: [Passkey] = [],
        failures: LoginFailures = .none, createdAt: Int64, revision: Int = 0
    ) {
        self.id = id
        self.login = login
        self.displayName = displayName
        self.password = password
        self.passkeys = passkeys
        self.failures = failures
        self.createdAt = createdAt
        self.revision = revision
    }
}

/// A public-key credential of an authenticator (WebAuthn Level 2 §4): kept with the account, ready for the day on which
/// a login uses it.
public struct Passkey: Hashable, Sendable, Codable {
    /// The authenticator's name of the credential.
    public var id: [UInt8]
    /// A point on P-256, uncompressed.
    public var publicKey: [UInt8]
    /// The last signature counter seen.
    public var counter: UInt32

    public init(id: [UInt8], publicKey: [UInt8], counter: UInt32) {
        self.id = id
        self.publicKey = publicKey
        self.counter = counter
    }
}

/// Wrong passwords since the last right one.
public struct LoginFailures: Hashable, Sendable, Codable {
    public var count: Int
    /// Until then no password is looked at.
    public var lockedUntil: Int64?

    public static let none = LoginFailures(count: 0, lockedUntil: nil)

    public init(count: Int, lockedUntil: Int64?) {
        self.count = count
        self.lockedUntil = lockedUntil
    }
}
