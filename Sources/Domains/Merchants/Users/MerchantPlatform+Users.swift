extension MerchantPlatform {
    public static let usersMax = 1_000_000

    /// Registers a user and makes its access credential.
    public func registerUser(
        name: String, rewardAccount: String? = nil, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> RegisteredUser {
        try requester.requireOperator()
        let name = try PlatformUser.checked(name: name)
        let account = try checked(account: rewardAccount)
        return try await once(requester, "user.register", fields: [name, account ?? ""]) {
            records, now throws(MerchantsError) in
            guard try records.user(named: name) == nil else { throw .duplicate(reason: "a user has the name \(name)") }
            guard try records.userCount() < Self.usersMax else {
                throw .limit(reason: "\(Self.usersMax) users are registered, which is all there can be")
            }
            let user = PlatformUser(id: .random(random), name: name, rewardAccount: account, registeredAt: now)
            try records.apply(.putUser(user))
            let secret = try makeCredential(of: .user(user.id), records, now)
            return Done(RegisteredUser(user: user, secret: secret), detail: "\(user.id)")
        }
    }

    /// Says where the user's rewards go from now on; those that waited for it go there too.
    public func setRewardAccount(
        _ account: String, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> PlatformUser {
        let id = try requester.user()
        let account = try checked(account: account)
        return try await once(requester, "user.reward-account", fields: [account ?? ""]) {
            records, _ throws(MerchantsError) in
            var user = try known(id, records)
            user.rewardAccount = account
            try records.apply(.putUser(user))
            return Done(user, detail: "\(id)")
        }
    }

    public func user(_ id: PlatformUserID) async throws(MerchantsError) -> PlatformUser {
        try await store.read { records throws(MerchantsError) in try known(id, records) }
    }

    private func checked(account: String?) throws(MerchantsError) -> String? {
        guard let account else { return nil }
        return try visible(account, field: "rewardAccount", bytesMax: Merchant.accountBytesMax)
    }

    func known(_ id: PlatformUserID, _ records: any MerchantRecords) throws(MerchantsError) -> PlatformUser {
        guard let user = try records.user(id) else { throw Self.userUnknown }
        return user
    }

    static let userUnknown = MerchantsError.notFound(field: "user", reason: "no user of this name")
}
