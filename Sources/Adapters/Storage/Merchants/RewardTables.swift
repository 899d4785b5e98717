import GRDB
import Merchants

extension MerchantTables {
    static let offers = Table<Offer>(
        "offer", kind: "offer", key: ["id"], columns: ["id", "merchant", "budget", "rewarded", "record"],
        references: [.merchant],
        read: { try $0.json(after: 4) },
        values: { [$0.id.rawValue, $0.merchant.rawValue, $0.budget, $0.rewarded, try json($0)] })

    static let coupons = Table<Coupon>(
        "coupon", kind: "coupon", key: ["id"], columns: ["id", "offer", "first_user", "second_user", "record"],
        references: [.init(kind: "offer", table: "offer", key: "id", column: "offer")],
        read: { try $0.json(after: 4) },
        values: {
            [$0.id.rawValue, $0.offer.rawValue, $0.first.rawValue, $0.second.rawValue, try json($0)]
        })

    static let presentations = Table<PresentationRecord>(
        "presentation", kind: "presentation", key: ["digest"],
        columns: ["digest", "coupon", "user", "presented_at", "expires_at"],
        read: {
            PresentationRecord(
                digest: try $0.bytes(), coupon: try $0.merchantsIdentifier(), user: try $0.merchantsIdentifier(),
                presentedAt: try $0.integer(), expiresAt: try $0.integer())
        },
        values: { [blob($0.digest), $0.coupon.rawValue, $0.user.rawValue, $0.presentedAt, $0.expiresAt] })

    static let uses = Table<CouponUse>(
        "coupon_use", kind: "use", key: ["merchant", "use"], columns: ["merchant", "use", "record"],
        references: [.merchant],
        read: { try $0.json(after: 2) }, values: { [$0.merchant.rawValue, $0.use, try json($0)] })

    static let rewards = Table<Reward>(
        "reward", kind: "reward", key: ["id"],
        columns: [
            "id", "coupon", "second_user", "use", "first_user", "is_promised", "has_accounts", "record",
        ],
        read: { try $0.json(after: 7) },
        values: {
            [
                $0.id.rawValue, $0.coupon.rawValue, $0.second.rawValue, $0.use, $0.first.rawValue,
                $0.state == .promised, $0.accounts != nil, try json($0),
            ]
        })

    static let links = Table<RewardLink>(
        "reward_link", kind: "link", key: ["digest"], columns: ["digest", "reward", "expires_at"],
        read: {
            RewardLink(
                digest: try $0.bytes(), reward: try $0.merchantsIdentifier(), expiresAt: try $0.integer())
        },
        values: { [blob($0.digest), $0.reward.rawValue, $0.expiresAt] })

    static let pendingNotifications = Table<PendingNotification>(
        "pending_notification", kind: "notification", key: ["reward"],
        columns: ["reward", "user", "sealed_link", "expires_at"],
        read: {
            PendingNotification(
                reward: try $0.merchantsIdentifier(), user: try $0.merchantsIdentifier(),
                sealedLink: try $0.bytes(), expiresAt: try $0.integer())
        },
        values: { [$0.reward.rawValue, $0.user.rawValue, blob($0.sealedLink), $0.expiresAt] })
}
