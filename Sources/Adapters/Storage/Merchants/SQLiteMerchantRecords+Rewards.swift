import GRDB
import Merchants

extension SQLiteMerchantRecords {
    // MARK: - Users

    func user(_ id: PlatformUserID) throws(MerchantsError) -> PlatformUser? {
        try reading { try MerchantTables.users.one([id.rawValue], in: $0) }
    }

    func user(named name: String) throws(MerchantsError) -> PlatformUser? {
        try reading { try MerchantTables.users.all("WHERE name = ?", [name], in: $0).first }
    }

    func userCount() throws(MerchantsError) -> Int { try count("SELECT count(*) FROM platform_user") }

    func relation(
        between one: PlatformUserID, _ other: PlatformUserID
    ) throws(MerchantsError) -> UserRelation? {
        try reading { try MerchantTables.relations.one(MerchantTables.ordered(one, other), in: $0) }
    }

    func relations(of user: PlatformUserID) throws(MerchantsError) -> [UserRelation] {
        try reading {
            try MerchantTables.relations.all("WHERE lower = ?1 OR upper = ?1", [user.rawValue], in: $0)
        }
    }

    func relationCount(of user: PlatformUserID) throws(MerchantsError) -> Int {
        try count("SELECT count(*) FROM user_relation WHERE lower = ?1 OR upper = ?1", [user.rawValue])
    }

    // MARK: - Offers and coupons

    func offer(_ id: OfferID) throws(MerchantsError) -> Offer? {
        try reading { try MerchantTables.offers.one([id.rawValue], in: $0) }
    }

    func offers(of merchant: MerchantID?, after id: OfferID?, limit: Int) throws(MerchantsError) -> [Offer] {
        try reading { database in
            guard let merchant else {
                return try MerchantTables.offers.all(
                    "WHERE id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", max(limit, 0)], in: database)
            }
            return try MerchantTables.offers.all(
                "WHERE merchant = ? AND id > ? ORDER BY id LIMIT ?",
                [merchant.rawValue, id?.rawValue ?? "", max(limit, 0)], in: database)
        }
    }

    func offerCount(of merchant: MerchantID) throws(MerchantsError) -> Int {
        try count("SELECT count(*) FROM offer WHERE merchant = ?", [merchant.rawValue])
    }

    func coupon(_ id: CouponID) throws(MerchantsError) -> Coupon? {
        try reading { try MerchantTables.coupons.one([id.rawValue], in: $0) }
    }

    func coupon(of offer: OfferID, for second: PlatformUserID) throws(MerchantsError) -> Coupon? {
        try reading {
            try MerchantTables.coupons.all(
                "WHERE offer = ? AND second_user = ?", [offer.rawValue, second.rawValue], in: $0
            ).first
        }
    }

    func coupons(for second: PlatformUserID, limit: Int) throws(MerchantsError) -> [Coupon] {
        try reading {
            try MerchantTables.coupons.all(
                "WHERE second_user = ? ORDER BY number DESC LIMIT ?", [second.rawValue, max(limit, 0)], in: $0)
        }
    }

    func couponCount(of offer: OfferID, sharedBy first: PlatformUserID) throws(MerchantsError) -> Int {
        try count(
            "SELECT count(*) FROM coupon WHERE first_user = ? AND offer = ?", [first.rawValue, offer.rawValue])
    }

    func presentation(digest: [UInt8]) throws(MerchantsError) -> PresentationRecord? {
        try reading { try MerchantTables.presentations.one([blob(digest)], in: $0) }
    }

    func presentationCount(of coupon: CouponID) throws(MerchantsError) -> Int {
        try count("SELECT count(*) FROM presentation WHERE coupon = ?", [coupon.rawValue])
    }

    // MARK: - Rewards

    func use(_ name: String, of merchant: MerchantID) throws(MerchantsError) -> CouponUse? {
        try reading { try MerchantTables.uses.one([merchant.rawValue, name], in: $0) }
    }

    func reward(_ id: RewardID) throws(MerchantsError) -> Reward? {
        try reading { try MerchantTables.rewards.one([id.rawValue], in: $0) }
    }

    func rewards(of first: PlatformUserID, limit: Int) throws(MerchantsError) -> [Reward] {
        try reading {
            try MerchantTables.rewards.all(
                "WHERE first_user = ? ORDER BY number DESC LIMIT ?", [first.rawValue, max(limit, 0)], in: $0)
        }
    }

    func promisedRewards(limit: Int) throws(MerchantsError) -> [Reward] {
        try reading {
            try MerchantTables.rewards.all(
                """
                WHERE is_promised = 1 AND (has_accounts = 1 OR EXISTS (
                    SELECT 1 FROM platform_user WHERE id = first_user AND reward_account IS NOT NULL
                )) ORDER BY number LIMIT ?
                """, [max(limit, 0)], in: $0)
        }
    }

    func link(digest: [UInt8]) throws(MerchantsError) -> RewardLink? {
        try reading { try MerchantTables.links.one([blob(digest)], in: $0) }
    }

    func linkCount(to reward: RewardID, at now: Int64) throws(MerchantsError) -> Int {
        try count(
            "SELECT count(*) FROM reward_link WHERE reward = ? AND expires_at > ?", [reward.rawValue, now])
    }

    func pendingNotifications(limit: Int) throws(MerchantsError) -> [PendingNotification] {
        try reading {
            try MerchantTables.pendingNotifications.all("ORDER BY rowid LIMIT ?", [max(limit, 0)], in: $0)
        }
    }
}
