public import CardCryptography

/// How accounts and sessions are guarded.
public struct AccountPolicy: Sendable {
    public var passwordCost: Scrypt.Cost
    /// Wrong passwords for one login name before it is locked.
    public var failuresMax: Int
    public var lockSeconds: Int64
    /// Wrong passwords and registrations from one network address within one window.
    public var addressAttemptsMax: Int
    public var addressWindowSeconds: Int64
    public var sessionSeconds: Int64
    /// A session that lies idle for longer is over.
    public var idleSeconds: Int64
    /// How long after the password was given cards may be moved.
    public var freshSeconds: Int64
    /// Use is written down no more often than this.
    public var touchSeconds: Int64
    public var devicesMax: Int

    /// Bytes of a password.
    public static let passwordLengths = 8...128

    public static let standard = AccountPolicy(passwordCost: .interactive)

    public init(
        passwordCost: Scrypt.Cost, failuresMax: Int = 5, lockSeconds: Int64 = 15 * 60, addressAttemptsMax: Int = 20,
        addressWindowSeconds: Int64 = 10 * 60, sessionSeconds: Int64 = 30 * 86_400, idleSeconds: Int64 = 7 * 86_400,
        freshSeconds: Int64 = 5 * 60, touchSeconds: Int64 = 3_600, devicesMax: Int = 16
    ) {
        self.passwordCost = passwordCost
        self.failuresMax = failuresMax
        self.lockSeconds = lockSeconds
        self.addressAttemptsMax = addressAttemptsMax
        self.addressWindowSeconds = addressWindowSeconds
        self.sessionSeconds = sessionSeconds
        self.idleSeconds = idleSeconds
        self.freshSeconds = freshSeconds
        self.touchSeconds = touchSeconds
        self.devicesMax = devicesMax
    }
}

extension LoginFailures {
    /// Seconds for which no password is looked at; `nil` when one is.
    func lockedSeconds(at now: Int64) -> Int64? {
        guard let lockedUntil, lockedUntil > now else { return nil }
        return lockedUntil - now
    }

    /// One more; the last that is allowed locks.
    func adding(at now: Int64, _ policy: AccountPolicy) -> LoginFailures {
        let count = lockedUntil == nil ? count + 1 : 1
        return LoginFailures(
            count: count, lockedUntil: count >= policy.failuresMax ? now + policy.lockSeconds : nil)
    }
}

extension Session {
    /// Whether it is good at a time.
    func isInForce(at now: Int64, _ policy: AccountPolicy) -> Bool {
        revokedAt == nil && now < expiresAt && now - lastUsedAt < policy.idleSeconds
    }
}
