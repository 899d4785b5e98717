extension MerchantPlatform {
    /// The first operator credential, made at first run.
    public func createOperatorCredential(name: String) async throws(MerchantsError) -> String {
        let now = clock.now()
        return try await store.transact { records throws(MerchantsError) in
            try makeCredential(of: .operator(name: name), records, now)
        }
    }

    /// Whose credential a secret is; `nil` for one that opens nothing.
    public func holder(ofSecret secret: String) async throws(MerchantsError) -> PlatformCredential.Holder? {
        let digest = Self.digest(of: secret)
        let credential = try await store.read { records throws(MerchantsError) in
            try records.credential(digest: digest)
        }
        return credential?.revokedAt == nil ? credential?.holder : nil
    }

    func makeCredential(
        of holder: PlatformCredential.Holder, _ records: any MerchantTransaction, _ now: Int64
    ) throws(MerchantsError) -> String {
        let secret = makeSecret()
        try records.apply(
            .insertCredential(PlatformCredential(digest: Self.digest(of: secret), holder: holder, createdAt: now)))
        return secret
    }

    /// The newest lines of the audit trail.
    public func auditEntries(limit: Int) async throws(MerchantsError) -> [PlatformAuditEntry] {
        try await store.read { records throws(MerchantsError) in
            try records.auditEntries(limit: min(limit, Self.pageEntriesMax))
        }
    }
}
