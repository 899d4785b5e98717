public import ISO4217

/// *Electronic information*: what a merchant promises whoever comes with it, and whoever passes it on.
public struct Offer: Hashable, Sendable, Codable {
    public var id: OfferID
    public var merchant: MerchantID
    public var terms: Terms
    public var currency: Currency
    public var period: Period
    public var sharing: SharingRule
    public var policy: RewardPolicy
    /// All rewards together never exceed it; in minor units.
    public var budget: Int64
    /// What was promised to first users already.
    public var rewarded: Int64
    public var state: State
    public var publishedAt: Int64

    /// Whether it can be shared and used.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable { case published, withdrawn }

    /// What the second user reads.
    public struct Terms: Hashable, Sendable, Codable {
        public var title: String
        public var text: String
        public var benefit: Benefit

        public static let (titleBytesMax, textBytesMax) = (80, 1_000)

        /// - Throws: ``MerchantsError/invalid(field:reason:)`` naming the field.
        public init(title: String, text: String, benefit: Benefit) throws(MerchantsError) {
            self.title = try legible(title, field: "title", bytesMax: Self.titleBytesMax)
            self.text = try legible(text, field: "text", bytesMax: Self.textBytesMax)
            guard benefit.isPossible else { throw .invalid(field: "benefit", reason: "it gives nothing, or too much") }
            self.benefit = benefit
        }
    }

    /// What the second user gets at the merchant.
    public enum Benefit: Hashable, Sendable, Codable {
        /// Off the price, in hundredths of a percent.
        case discount(basisPoints: Int64)
        /// Off the price, in minor units.
        case amount(Int64)
        /// Something else, as the text says.
        case function

        var isPossible: Bool {
            switch self {
            case .discount(let basisPoints): (1...10_000).contains(basisPoints)
            case .amount(let amount): (1...PayTag.amountMax).contains(amount)
            case .function: true
            }
        }
    }

    public init(
        id: OfferID, merchant: MerchantID, terms: Terms, currency: Currency, period: Period, sharing: SharingRule,
        policy: RewardPolicy, budget: Int64, rewarded: Int64, state: State, publishedAt: Int64
    ) {
        self.id = id
        self.merchant = merchant
        self.terms = terms
        self.currency = currency
        self.period = period
        self.sharing = sharing
        self.policy = policy
        self.budget = budget
        self.rewarded = rewarded
        self.state = state
        self.publishedAt = publishedAt
    }

    /// Whether it can be shared and used at a time.
    func isOpen(at time: Int64) -> Bool { state == .published && period.contains(time) }
}

/// *Sharing rule*: which associated users an offer may go to.
public struct SharingRule: Hashable, Sendable, Codable {
    /// Second users of one request.
    public let recipientsMax: Int
    /// Second users that one first user reaches with the offer, all requests together.
    public let recipientsOfUserMax: Int
    /// How long two users have been associated, at least.
    public let associatedSecondsMin: Int64
    /// Whether who has received the offer may pass it on to others.
    public let isPassedOn: Bool
    /// How long a coupon holds, if the offer does not end before.
    public let couponSeconds: Int64

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` for a rule without bounds.
    public init(
        recipientsMax: Int = 5, recipientsOfUserMax: Int = 20, associatedSecondsMin: Int64 = 0,
        isPassedOn: Bool = false, couponSeconds: Int64 = 30 * 86_400
    ) throws(MerchantsError) {
        guard (1...20).contains(recipientsMax), (recipientsMax...200).contains(recipientsOfUserMax),
            (0...366 * 86_400).contains(associatedSecondsMin), (60...366 * 86_400).contains(couponSeconds)
        else { throw .invalid(field: "sharing", reason: "a bound of the rule is out of its range") }
        self.recipientsMax = recipientsMax
        self.recipientsOfUserMax = recipientsOfUserMax
        self.associatedSecondsMin = associatedSecondsMin
        self.isPassedOn = isPassedOn
        self.couponSeconds = couponSeconds
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            recipientsMax: container.decode(Int.self, forKey: .recipientsMax),
            recipientsOfUserMax: container.decode(Int.self, forKey: .recipientsOfUserMax),
            associatedSecondsMin: container.decode(Int64.self, forKey: .associatedSecondsMin),
            isPassedOn: container.decode(Bool.self, forKey: .isPassedOn),
            couponSeconds: container.decode(Int64.self, forKey: .couponSeconds))
    }

    private enum CodingKeys: String, CodingKey {
        case recipientsMax, recipientsOfUserMax, associatedSecondsMin, isPassedOn, couponSeconds
    }
}

/// An offer as its merchant asks for it to be published.
public struct OfferDraft: Hashable, Sendable {
    public let terms: Offer.Terms
    public let period: Period
    public let sharing: SharingRule
    public let policy: RewardPolicy
    public let budget: Int64

    /// - Throws: ``MerchantsError/invalid(field:reason:)``.
    public init(
        terms: Offer.Terms, period: Period, sharing: SharingRule, policy: RewardPolicy, budget: Int64
    ) throws(MerchantsError) {
        guard (0...PayTag.amountMax).contains(budget) else {
            throw .invalid(field: "budget", reason: "0 to \(PayTag.amountMax) minor units")
        }
        self.terms = terms
        self.period = period
        self.sharing = sharing
        self.policy = policy
        self.budget = budget
    }
}
