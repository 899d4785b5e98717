import CardCryptography

extension MerchantPlatform {
    /// How long the link to a reward's page opens it.
    public static let linkSeconds: Int64 = 30 * 86_400
    /// Links to one page that open it at the same time.
    public static let linksOfRewardMax = 10
    /// Where links lead: `https://host/r/…`.
    public static let linkPath = "/r/"

    /// Makes a link to a reward's page, and writes down that its first user is to be told.
    func announce(_ reward: Reward, _ records: any MerchantTransaction, _ now: Int64) throws(MerchantsError) {
        let link = try makeLink(to: reward.id, records, now)
        let sealed = try keys.seal(SecretBytes(Array(link.text.utf8)), context: "link/\(reward.id)")
        try records.apply(
            .putPendingNotification(
                PendingNotification(
                    reward: reward.id, user: reward.first, sealedLink: sealed, expiresAt: link.expiresAt)))
    }

    private func makeLink(
        to reward: RewardID, _ records: any MerchantTransaction, _ now: Int64
    ) throws(MerchantsError) -> (text: String, expiresAt: Int64) {
        let secret = makeSecret()
        let expiresAt = now + Self.linkSeconds
        try records.apply(
            .insertLink(RewardLink(digest: Self.digest(of: secret), reward: reward, expiresAt: expiresAt)))
        return ("https://" + profile.tagHost + Self.linkPath + secret, expiresAt)
    }

    /// The page that a link leads to (RWD-04); the link opens this one page, to whoever has it.
    ///
    /// - Parameter secret: what stands behind ``linkPath``.
    public func rewardPage(behind secret: String) async throws(MerchantsError) -> RewardPage {
        let digest = Self.digest(of: secret)
        let now = clock.now()
        return try await store.read { records throws(MerchantsError) in
            guard let link = try records.link(digest: digest), now < link.expiresAt,
                let reward = try records.reward(link.reward)
            else { throw .notFound(field: "link", reason: "the link leads to no reward, or has expired") }
            return try page(of: reward, records)
        }
    }

    /// The page of a reward of the user's own, who is logged in.
    public func rewardPage(of id: RewardID, for user: PlatformUserID) async throws(MerchantsError) -> RewardPage {
        try await store.read { records throws(MerchantsError) in
            guard let reward = try records.reward(id), reward.first == user else { throw Self.rewardUnknown }
            return try page(of: reward, records)
        }
    }

    /// Another link to the page of a reward of the user's own.
    public func renewLink(
        to id: RewardID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> String {
        let user = try requester.user()
        return try await once(requester, "reward.link", fields: [id.rawValue]) {
            records, now throws(MerchantsError) in
            guard let reward = try records.reward(id), reward.first == user else { throw Self.rewardUnknown }
            guard try records.linkCount(to: id, at: now) < Self.linksOfRewardMax else {
                throw .limit(reason: "\(Self.linksOfRewardMax) links open the reward's page already")
            }
            return Done(try makeLink(to: id, records, now).text, detail: "\(id)")
        }
    }

    /// *Reward store*: the newest rewards of a user's, whether or not it was told of them (RWD-02).
    public func rewards(of user: PlatformUserID, limit: Int) async throws(MerchantsError) -> [Reward] {
        try await store.read { records throws(MerchantsError) in
            try records.rewards(of: user, limit: min(limit, Self.pageEntriesMax))
        }
    }

    private func page(of reward: Reward, _ records: any MerchantRecords) throws(MerchantsError) -> RewardPage {
        guard let offer = try records.offer(reward.offer),
            let template = offer.policy.templates.first(where: { $0.name == reward.template })
        else { throw .internal(reason: "the offer of \(reward.id) is gone") }
        let friend = try known(reward.second, records).name
        return RewardPage(
            reward, template, offer: offer, merchant: try known(reward.merchant, records), friend: friend)
    }

    static let rewardUnknown = MerchantsError.notFound(field: "reward", reason: "no reward of this name")
}
