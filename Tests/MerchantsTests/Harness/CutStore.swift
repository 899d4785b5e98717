import Merchants
import Synchronization

/// A store whose power goes at the n-th change, or after the commit and before the answer.
final class CutStore: MerchantStore {
    private let store: any MerchantStore
    /// Changes that are still made; `nil`: all of them.
    private let changesLeft = Mutex<Int?>(nil)
    private let losesAnswer = Mutex(false)

    init(_ store: any MerchantStore) { self.store = store }

    /// From now on so many changes are made before the power goes.
    func cut(afterChanges count: Int?) { changesLeft.withLock { $0 = count } }

    /// The next transaction is committed, and nobody hears of it.
    func loseAnswer() { losesAnswer.withLock { $0 = true } }

    static let cut = MerchantsError.internal(reason: "the power went")

    func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantTransaction) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer {
        let answer = try await store.transact { records throws(MerchantsError) in
            try work(CutTransaction(records: records, store: self))
        }
        let isLost = losesAnswer.withLock { flag in
            defer { flag = false }
            return flag
        }
        if isLost { throw Self.cut }
        return answer
    }

    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantRecords) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer { try await store.read(work) }

    fileprivate func spend() throws(MerchantsError) {
        let isOver = changesLeft.withLock { left in
            guard let count = left else { return false }
            left = count - 1
            return count <= 0
        }
        if isOver { throw Self.cut }
    }
}

private struct CutTransaction: MerchantTransaction {
    let records: any MerchantTransaction
    let store: CutStore

    func apply(_ change: MerchantChange) throws(MerchantsError) {
        try store.spend()
        try records.apply(change)
    }

    func merchant(_ id: MerchantID) throws(MerchantsError) -> Merchant? { try records.merchant(id) }
    func merchants(after id: MerchantID?, limit: Int) throws(MerchantsError) -> [Merchant] {
        try records.merchants(after: id, limit: limit)
    }
    func merchantCount() throws(MerchantsError) -> Int { try records.merchantCount() }
    func tag(_ reference: PayTagReference) throws(MerchantsError) -> PayTag? { try records.tag(reference) }
    func tag(tagID: [UInt8]) throws(MerchantsError) -> PayTag? { try records.tag(tagID: tagID) }
    func tags(of merchant: MerchantID, after reference: PayTagReference?, limit: Int) throws(MerchantsError) -> [PayTag]
    { try records.tags(of: merchant, after: reference, limit: limit) }
    func tagCount(of merchant: MerchantID) throws(MerchantsError) -> Int { try records.tagCount(of: merchant) }
    func instruction(_ id: InstructionID) throws(MerchantsError) -> IssuedInstruction? { try records.instruction(id) }
    func instructions(of merchant: MerchantID, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try records.instructions(of: merchant, limit: limit)
    }
    func openInstructionCount(of reference: String, at now: Int64) throws(MerchantsError) -> Int {
        try records.openInstructionCount(of: reference, at: now)
    }
    func orders(of user: PlatformUserID, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try records.orders(of: user, limit: limit)
    }
    func openOrderCount(of user: PlatformUserID, at now: Int64) throws(MerchantsError) -> Int {
        try records.openOrderCount(of: user, at: now)
    }
    func silentOrders(expiredBefore time: Int64, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try records.silentOrders(expiredBefore: time, limit: limit)
    }
    func object(_ id: TargetObjectID) throws(MerchantsError) -> TargetObject? { try records.object(id) }
    func objects(of merchant: MerchantID?, after id: TargetObjectID?, limit: Int) throws(MerchantsError)
        -> [TargetObject]
    { try records.objects(of: merchant, after: id, limit: limit) }
    func objectCount(of merchant: MerchantID) throws(MerchantsError) -> Int { try records.objectCount(of: merchant) }
    func user(_ id: PlatformUserID) throws(MerchantsError) -> PlatformUser? { try records.user(id) }
    func user(named name: String) throws(MerchantsError) -> PlatformUser? { try records.user(named: name) }
    func userCount() throws(MerchantsError) -> Int { try records.userCount() }
    func relation(between one: PlatformUserID, _ other: PlatformUserID) throws(MerchantsError) -> UserRelation? {
        try records.relation(between: one, other)
    }
    func relations(of user: PlatformUserID) throws(MerchantsError) -> [UserRelation] { try records.relations(of: user) }
    func relationCount(of user: PlatformUserID) throws(MerchantsError) -> Int { try records.relationCount(of: user) }
    func offer(_ id: OfferID) throws(MerchantsError) -> Offer? { try records.offer(id) }
    func offers(of merchant: MerchantID?, after id: OfferID?, limit: Int) throws(MerchantsError) -> [Offer] {
        try records.offers(of: merchant, after: id, limit: limit)
    }
    func offerCount(of merchant: MerchantID) throws(MerchantsError) -> Int { try records.offerCount(of: merchant) }
    func coupon(_ id: CouponID) throws(MerchantsError) -> Coupon? { try records.coupon(id) }
    func coupon(of offer: OfferID, for second: PlatformUserID) throws(MerchantsError) -> Coupon? {
        try records.coupon(of: offer, for: second)
    }
    func coupons(for second: PlatformUserID, limit: Int) throws(MerchantsError) -> [Coupon] {
        try records.coupons(for: second, limit: limit)
    }
    func couponCount(of offer: OfferID, sharedBy first: PlatformUserID) throws(MerchantsError) -> Int {
        try records.couponCount(of: offer, sharedBy: first)
    }
    func presentation(digest: [UInt8]) throws(MerchantsError) -> PresentationRecord? {
        try records.presentation(digest: digest)
    }
    func presentationCount(of coupon: CouponID) throws(MerchantsError) -> Int {
        try records.presentationCount(of: coupon)
    }
    func use(_ name: String, of merchant: MerchantID) throws(MerchantsError) -> CouponUse? {
        try records.use(name, of: merchant)
    }
    func reward(_ id: RewardID) throws(MerchantsError) -> Reward? { try records.reward(id) }
    func rewards(of first: PlatformUserID, limit: Int) throws(MerchantsError) -> [Reward] {
        try records.rewards(of: first, limit: limit)
    }
    func promisedRewards(limit: Int) throws(MerchantsError) -> [Reward] { try records.promisedRewards(limit: limit) }
    func link(digest: [UInt8]) throws(MerchantsError) -> RewardLink? { try records.link(digest: digest) }
    func linkCount(to reward: RewardID, at now: Int64) throws(MerchantsError) -> Int {
        try records.linkCount(to: reward, at: now)
    }
    func pendingNotifications(limit: Int) throws(MerchantsError) -> [PendingNotification] {
        try records.pendingNotifications(limit: limit)
    }
    func keptAnswer(scope: String, key: String) throws(MerchantsError) -> PlatformAnswer? {
        try records.keptAnswer(scope: scope, key: key)
    }
    func credential(digest: [UInt8]) throws(MerchantsError) -> PlatformCredential? {
        try records.credential(digest: digest)
    }
    func auditEntries(limit: Int) throws(MerchantsError) -> [PlatformAuditEntry] {
        try records.auditEntries(limit: limit)
    }
}
