import CardCryptography
import ISO7816

/// What the issuer's operator does: registers cardholders and wallets, issues cards, blocks them, and sees what happens.
public struct IssuerDesk: Sendable {
    public let issuer: CardIssuer

    public init(_ issuer: CardIssuer) { self.issuer = issuer }

    /// Entries of one page or list.
    public static let pageEntriesMax = 1_000
    public static let walletsMax = 100

    /// SHA-256: what the store knows of a bearer secret.
    public static func digest(of secret: String) -> [UInt8] { Digest.hash(Array(secret.utf8)) }

    /// 256 bits of randomness; only the digest is kept.
    func makeSecret() -> String { issuer.random.bytes(32).hex.lowercased() }

    /// The first operator credential, made at first run.
    public func createOperatorCredential(name: String) async throws(IssuingError) -> String {
        let secret = makeSecret()
        let credential = IssuerCredential(
            digest: Self.digest(of: secret), holder: .operator(name: name), createdAt: issuer.clock.now())
        try await issuer.store.transact { records throws(IssuingError) in
            try records.apply(.insertCredential(credential))
        }
        return secret
    }

    /// Whose credential a secret is; `nil` for one that opens nothing.
    public func holder(ofSecret secret: String) async throws(IssuingError) -> IssuerCredential.Holder? {
        let digest = Self.digest(of: secret)
        let credential = try await issuer.store.read { records throws(IssuingError) in
            try records.credential(digest: digest)
        }
        return credential?.revokedAt == nil ? credential?.holder : nil
    }

    /// Forgets what is over and older than `seconds`.
    public func forget(olderThan seconds: Int64) async throws(IssuingError) {
        let now = issuer.clock.now()
        try await issuer.store.transact { records throws(IssuingError) in
            try records.apply(.forget(before: now - seconds, now: now))
        }
    }

    /// The newest lines of the audit trail.
    public func auditEntries(limit: Int) async throws(IssuingError) -> [IssuerAuditEntry] {
        try await issuer.store.read { records throws(IssuingError) in
            try records.auditEntries(limit: min(limit, Self.pageEntriesMax))
        }
    }

    /// The newest transactions of a card, or of all.
    public func transactions(
        of card: CardAccountReference?, limit: Int
    ) async throws(IssuingError) -> [PaymentTransaction] {
        try await issuer.store.read { records throws(IssuingError) in
            try records.transactions(of: card, limit: min(limit, Self.pageEntriesMax))
        }
    }
}
