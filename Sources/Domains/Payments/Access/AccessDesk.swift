public import CardCryptography
import ISO7816

/// Who a request comes from, and the credentials that say so.
public struct AccessDesk: Sendable {
    public let server: PaymentServer

    public init(_ server: PaymentServer) { self.server = server }

    /// Whose credential a secret is.
    ///
    /// - Throws: ``PaymentsError/unauthenticated`` for one that opens nothing, or nothing any more.
    public func holder(ofSecret secret: SecretBytes) async throws(PaymentsError) -> CredentialHolder {
        let digest = AccessCredential.digest(of: secret)
        let known = try await stored { () async throws(PaymentStoreError) in
            try await server.store.credential(digest: digest)
        }
        guard let known, known.revokedAt == nil else { throw .unauthenticated }
        return known.holder
    }

    /// Makes a credential that is told here and nowhere else; those that the holder had open nothing any more.
    public func renew(_ holder: CredentialHolder, by actor: String) async throws(PaymentsError) -> SecretBytes {
        let now = server.clock.now()
        let (secret, credential) = AccessCredential.make(for: holder, at: now, server.random)
        let entry = AuditEntry(at: now, actor: actor, action: "credential renewed", subject: "\(holder)")
        try await stored { () async throws(PaymentStoreError) in
            try await server.store.commit([
                .revokeCredentials(of: holder, at: now), .credential(credential), .audit(entry),
            ])
        }
        return secret
    }
}

extension AccessCredential {
    /// 256 bits.
    static let secretLength = 32

    /// SHA-256: what the store knows of a secret.
    static func digest(of secret: SecretBytes) -> [UInt8] { Digest.hash(secret.revealed()) }

    static func make(
        for holder: CredentialHolder, at now: Int64, _ random: any RandomSource
    ) -> (secret: SecretBytes, credential: AccessCredential) {
        let secret = SecretBytes(Array(random.bytes(secretLength).hex.lowercased().utf8))
        return (secret, AccessCredential(digest: digest(of: secret), holder: holder, createdAt: now))
    }
}

extension CredentialHolder: CustomStringConvertible {
    public var description: String {
        switch self {
        case .operator: "operator"
        case .payer(let account): "payer \(account)"
        case .platform(let name): "platform \(name)"
        case .terminal(let name): "terminal \(name)"
        }
    }
}
