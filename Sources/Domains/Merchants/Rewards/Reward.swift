public import ISO4217

/// *Content information*: what a first user gets because a second one has used what it shared.
public struct Reward: Hashable, Sendable, Codable {
    public var id: RewardID
    public var offer: OfferID
    public var merchant: MerchantID
    public var coupon: CouponID
    public var first: PlatformUserID
    public var second: PlatformUserID
    /// The use's name at the merchant: one reward for coupon, second user and use.
    public var use: String
    public var function: String
    public var template: String
    public var amount: Money
    public var state: State
    /// The two accounts, from the first attempt on: every attempt says the same until one is refused.
    public var accounts: Accounts?
    /// How often the payment server has refused it.
    public var refusals: Int
    public var createdAt: Int64
    public var settledAt: Int64?

    /// What became of the transfer.
    public enum State: Hashable, Sendable, Codable {
        /// Promised: the transfer is still to be made, or to be heard of.
        case promised
        case transferred
        case refused(reason: String)
    }

    public struct Accounts: Hashable, Sendable, Codable {
        public var payer: String
        public var payee: String

        public init(payer: String, payee: String) {
            self.payer = payer
            self.payee = payee
        }
    }

    public init(
        id: RewardID, offer: OfferID, merchant: MerchantID, coupon: CouponID, first: PlatformUserID,
        second: PlatformUserID, use: String, function: String, template: String, amount: Money,
        state: State = .promised, accounts: Accounts? = nil, refusals: Int = 0, createdAt: Int64,
        settledAt: Int64? = nil
    ) {
        self.id = id
        self.offer = offer
        self.merchant = merchant
        self.coupon = coupon
        self.first = first
        self.second = second
        self.use = use
        self.function = function
        self.template = template
        self.amount = amount
        self.state = state
        self.accounts = accounts
        self.refusals = refusals
        self.createdAt = createdAt
        self.settledAt = settledAt
    }
}

/// Why a use that was reported brings no reward.
public enum NoReward: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The report does not say who shared the coupon.
    case firstUserMissing
    /// The report does not say what was done.
    case functionMissing
    /// Somebody else shared the coupon.
    case otherFirstUser
    /// Nobody who was logged in has shown the coupon then.
    case notLoggedIn
    /// The two users are not associated any more.
    case notAssociated
    case selfShared
    case expired
    /// The coupon was used before.
    case used
    /// The policy rewards no such use.
    case notInPolicy
    case budgetExhausted

    public var description: String {
        switch self {
        case .firstUserMissing: "the report does not identify the first user"
        case .functionMissing: "the report does not say what the second user did"
        case .otherFirstUser: "the coupon was not shared by this first user"
        case .notLoggedIn: "the second user was not logged in when the coupon was used"
        case .notAssociated: "the two users are not associated"
        case .selfShared: "nobody is rewarded for sharing with itself"
        case .expired: "the coupon had expired, or the offer was not open"
        case .used: "the coupon was used before"
        case .notInPolicy: "the reward policy does not reward this use"
        case .budgetExhausted: "the offer's budget does not cover the reward"
        }
    }
}

/// A use that was reported, with what was made of it: the same report gets the same answer.
public struct CouponUse: Hashable, Sendable, Codable {
    public var merchant: MerchantID
    /// The report's name at the merchant.
    public var use: String
    public var coupon: CouponID
    /// A keyed digest of what was reported.
    public var reportDigest: [UInt8]
    public var outcome: Outcome
    public var reportedAt: Int64

    /// The coupon is used up either way.
    public enum Outcome: Hashable, Sendable, Codable {
        case rewarded(RewardID)
        case notRewarded(NoReward)
    }

    public init(
        merchant: MerchantID, use: String, coupon: CouponID, reportDigest: [UInt8], outcome: Outcome,
        reportedAt: Int64
    ) {
        self.merchant = merchant
        self.use = use
        self.coupon = coupon
        self.reportDigest = reportDigest
        self.outcome = outcome
        self.reportedAt = reportedAt
    }
}

/// The link to a reward's page: only its digest is kept.
public struct RewardLink: Hashable, Sendable, Codable {
    /// SHA-256 of what stands in the link.
    public var digest: [UInt8]
    public var reward: RewardID
    public var expiresAt: Int64

    public init(digest: [UInt8], reward: RewardID, expiresAt: Int64) {
        self.digest = digest
        self.reward = reward
        self.expiresAt = expiresAt
    }
}

/// A notification that is to be sent. The row is the intent; when it has been sent it is gone.
public struct PendingNotification: Hashable, Sendable, Codable {
    public var reward: RewardID
    public var user: PlatformUserID
    /// The link, sealed in the context of ``reward``.
    public var sealedLink: [UInt8]
    public var expiresAt: Int64

    public init(reward: RewardID, user: PlatformUserID, sealedLink: [UInt8], expiresAt: Int64) {
        self.reward = reward
        self.user = user
        self.sealedLink = sealedLink
        self.expiresAt = expiresAt
    }
}
