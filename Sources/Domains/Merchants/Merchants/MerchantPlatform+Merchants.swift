import CardCryptography
import ISO4217

extension MerchantPlatform {
    public static let merchantsMax = 10_000

    /// Registers a merchant and makes its access credential (TAG-07).
    public func registerMerchant(
        _ application: MerchantApplication, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> RegisteredMerchant {
        try requester.requireOperator()
        let fields = [
            application.name, application.payee, application.rewardAccount ?? "", application.currency.code,
            application.category, application.key?.name ?? "", application.key?.publicKey ?? "",
        ]
        return try await once(requester, "merchant.register", fields: fields) {
            records, now throws(MerchantsError) in
            guard try records.merchantCount() < Self.merchantsMax else {
                throw .limit(reason: "\(Self.merchantsMax) merchants are registered, which is all there can be")
            }
            let merchant = Merchant(
                id: .random(random), name: application.name, payee: application.payee,
                rewardAccount: application.rewardAccount, currency: application.currency,
                category: application.category, state: .active, keys: application.key.map { [$0] } ?? [],
                registeredAt: now)
            try records.apply(.putMerchant(merchant))
            let secret = try makeCredential(of: .merchant(merchant.id), records, now)
            return Done(RegisteredMerchant(merchant: merchant, secret: secret), detail: "\(merchant.id)")
        }
    }

    /// Suspends a merchant, or lets it work again.
    public func setState(
        _ state: Merchant.State, of id: MerchantID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> Merchant {
        try requester.requireOperator()
        return try await changeMerchant(id, requester, "merchant.\(state)", fields: []) { $0.state = state }
    }

    /// Takes in another key of a merchant's, before the merchant signs with it.
    public func addKey(
        _ key: StatementKey, of id: MerchantID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> Merchant {
        try requireOperator(or: id, requester)
        let fields = [key.name, key.publicKey]
        return try await changeMerchant(id, requester, "merchant.add-key", fields: fields) {
            merchant throws(MerchantsError) in
            guard !merchant.keys.contains(where: { $0.name == key.name }) else {
                throw .duplicate(reason: "the merchant has a key named \(key.name)")
            }
            guard merchant.keys.count < Merchant.keysMax else {
                throw .limit(reason: "the merchant has \(Merchant.keysMax) keys, which is all it can have")
            }
            merchant.keys.append(key)
        }
    }

    /// Makes another access credential of a merchant's; those before open nothing any more.
    public func renewCredential(
        of id: MerchantID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> RegisteredMerchant {
        try requester.requireOperator()
        return try await once(requester, "merchant.renew-credential", fields: [id.rawValue]) {
            records, now throws(MerchantsError) in
            let merchant = try known(id, records)
            try records.apply(.revokeCredentials(of: .merchant(id), at: now))
            let secret = try makeCredential(of: .merchant(id), records, now)
            return Done(RegisteredMerchant(merchant: merchant, secret: secret), detail: "\(id)")
        }
    }

    public func merchant(_ id: MerchantID) async throws(MerchantsError) -> Merchant {
        try await store.read { records throws(MerchantsError) in try known(id, records) }
    }

    /// A page ordered by identifier, after `id`.
    public func merchants(after id: MerchantID?, limit: Int) async throws(MerchantsError) -> [Merchant] {
        try await store.read { records throws(MerchantsError) in
            try records.merchants(after: id, limit: min(limit, Self.pageEntriesMax))
        }
    }

    private func changeMerchant(
        _ id: MerchantID, _ requester: PlatformRequester, _ action: String, fields: [String],
        _ change: @escaping @Sendable (inout Merchant) throws(MerchantsError) -> Void
    ) async throws(MerchantsError) -> Merchant {
        try await once(requester, action, fields: [id.rawValue] + fields) { records, _ throws(MerchantsError) in
            var merchant = try known(id, records)
            try change(&merchant)
            try records.apply(.putMerchant(merchant))
            return Done(merchant, detail: "\(id)")
        }
    }

    func known(_ id: MerchantID, _ records: any MerchantRecords) throws(MerchantsError) -> Merchant {
        guard let merchant = try records.merchant(id) else {
            throw .notFound(field: "merchant", reason: "no merchant of this name is registered")
        }
        return merchant
    }

    /// A merchant that may work.
    func active(_ id: MerchantID, _ records: any MerchantRecords) throws(MerchantsError) -> Merchant {
        let merchant = try known(id, records)
        guard merchant.state == .active else { throw .wrongState(reason: "the merchant is suspended") }
        return merchant
    }

    func requireOperator(or id: MerchantID, _ requester: PlatformRequester) throws(MerchantsError) {
        if requester.party == .merchant(id) { return }
        try requester.requireOperator()
    }
}
