/// Everything durable of the platform: what one request reads and changes is one transaction.
public protocol MerchantStore: Sendable {
    /// Does `work` in one transaction, alone: what it reads stays so until what it changed is durable. When it throws
    /// nothing changed.
    func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantTransaction) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer

    /// Reads beside the transactions.
    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantRecords) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer
}

/// What the platform knows, as one reader sees it.
public protocol MerchantRecords {
    func merchant(_ id: MerchantID) throws(MerchantsError) -> Merchant?
    /// A page ordered by identifier, after `id`.
    func merchants(after id: MerchantID?, limit: Int) throws(MerchantsError) -> [Merchant]
    func merchantCount() throws(MerchantsError) -> Int

    func tag(_ reference: PayTagReference) throws(MerchantsError) -> PayTag?
    func tag(tagID: [UInt8]) throws(MerchantsError) -> PayTag?
    /// A page ordered by reference, after `reference`.
    func tags(of merchant: MerchantID, after reference: PayTagReference?, limit: Int) throws(MerchantsError) -> [PayTag]
    func tagCount(of merchant: MerchantID) throws(MerchantsError) -> Int

    func instruction(_ id: InstructionID) throws(MerchantsError) -> IssuedInstruction?
    /// The newest.
    func instructions(of merchant: MerchantID, limit: Int) throws(MerchantsError) -> [IssuedInstruction]
    /// Of a tag or an object: not settled, not expired.
    func openInstructionCount(of reference: String, at now: Int64) throws(MerchantsError) -> Int
    /// The newest orders of objects.
    func orders(of user: PlatformUserID, limit: Int) throws(MerchantsError) -> [IssuedInstruction]
    /// Not settled, not expired.
    func openOrderCount(of user: PlatformUserID, at now: Int64) throws(MerchantsError) -> Int
    /// Orders of objects that are open still, although they expired before `time`.
    func silentOrders(expiredBefore time: Int64, limit: Int) throws(MerchantsError) -> [IssuedInstruction]

    func object(_ id: TargetObjectID) throws(MerchantsError) -> TargetObject?
    /// A page ordered by identifier, after `id`.
    func objects(of merchant: MerchantID?, after id: TargetObjectID?, limit: Int) throws(MerchantsError)
        -> [TargetObject]
    func objectCount(of merchant: MerchantID) throws(MerchantsError) -> Int

    func user(_ id: PlatformUserID) throws(MerchantsError) -> PlatformUser?
    func user(named name: String) throws(MerchantsError) -> PlatformUser?
    func userCount() throws(MerchantsError) -> Int
    func relation(between one: PlatformUserID, _ other: PlatformUserID) throws(MerchantsError) -> UserRelation?
    /// All: ``MerchantPlatform/relationsOfUserMax`` at most.
    func relations(of user: PlatformUserID) throws(MerchantsError) -> [UserRelation]
    func relationCount(of user: PlatformUserID) throws(MerchantsError) -> Int

    func offer(_ id: OfferID) throws(MerchantsError) -> Offer?
    /// A page ordered by identifier, after `id`.
    func offers(of merchant: MerchantID?, after id: OfferID?, limit: Int) throws(MerchantsError) -> [Offer]
    func offerCount(of merchant: MerchantID) throws(MerchantsError) -> Int
    func coupon(_ id: CouponID) throws(MerchantsError) -> Coupon?
    func coupon(of offer: OfferID, for second: PlatformUserID) throws(MerchantsError) -> Coupon?
    /// The newest.
    func coupons(for second: PlatformUserID, limit: Int) throws(MerchantsError) -> [Coupon]
    func couponCount(of offer: OfferID, sharedBy first: PlatformUserID) throws(MerchantsError) -> Int
    func presentation(digest: [UInt8]) throws(MerchantsError) -> PresentationRecord?
    func presentationCount(of coupon: CouponID) throws(MerchantsError) -> Int

    func use(_ name: String, of merchant: MerchantID) throws(MerchantsError) -> CouponUse?
    func reward(_ id: RewardID) throws(MerchantsError) -> Reward?
    /// The newest.
    func rewards(of first: PlatformUserID, limit: Int) throws(MerchantsError) -> [Reward]
    /// Those that can be tried, since their accounts are known; oldest first.
    func promisedRewards(limit: Int) throws(MerchantsError) -> [Reward]
    func link(digest: [UInt8]) throws(MerchantsError) -> RewardLink?
    /// Those that have not expired.
    func linkCount(to reward: RewardID, at now: Int64) throws(MerchantsError) -> Int
    /// Oldest first.
    func pendingNotifications(limit: Int) throws(MerchantsError) -> [PendingNotification]

    func keptAnswer(scope: String, key: String) throws(MerchantsError) -> PlatformAnswer?
    func credential(digest: [UInt8]) throws(MerchantsError) -> PlatformCredential?
    /// The newest, at most `limit`.
    func auditEntries(limit: Int) throws(MerchantsError) -> [PlatformAuditEntry]
}

/// A transaction that is open.
public protocol MerchantTransaction: MerchantRecords {
    func apply(_ change: MerchantChange) throws(MerchantsError)
}

/// One durable change. *Put* inserts, or replaces what has the same key.
public enum MerchantChange: Sendable {
    case putMerchant(Merchant)
    case putTag(PayTag)
    case putInstruction(IssuedInstruction)
    case putObject(TargetObject)
    case putUser(PlatformUser)
    case putRelation(UserRelation)
    case deleteRelation(UserRelation)
    case putOffer(Offer)
    case putCoupon(Coupon)
    case insertPresentation(PresentationRecord)
    case insertUse(CouponUse)
    /// Another one for the same coupon, second user and use is refused.
    case insertReward(Reward)
    case updateReward(Reward)
    case insertLink(RewardLink)
    case putPendingNotification(PendingNotification)
    /// Nothing happens when it is gone.
    case deletePendingNotification(RewardID)
    case insertKeptAnswer(PlatformAnswer)
    case insertCredential(PlatformCredential)
    /// From `at` on none of the holder's credentials opens anything; those revoked before stay as they are.
    case revokeCredentials(of: PlatformCredential.Holder, at: Int64)
    case audit(PlatformAuditEntry)
    /// Forgets what is over since before `time`: answers, audit lines, instructions that nobody paid, presentations. And what has expired at `now`: links, notifications.
    case forget(before: Int64, now: Int64)
}
