extension API {
    /// Somebody has used a coupon.
    public struct UsageReportRequest: WireType {
        public var report: String

        public init(report: String) {
            self.report = report
        }

        public static let schema = Schema.object(
            "UsageReportRequest", "Somebody has used a coupon.",
            [
                .required("report", signedStatementSchema, "Signed by the merchant, typ usage-report+jwt.")
            ])
    }

    public enum CouponUseOutcome: String, Codable, Sendable, CaseIterable { case rewarded, notRewarded }

    /// What was made of a use that was reported.
    public struct CouponUse: WireType {
        public var use: String
        public var coupon: String
        public var outcome: CouponUseOutcome
        public var reward: String?
        public var reason: String?

        public init(
            use: String, coupon: String, outcome: CouponUseOutcome, reward: String? = nil, reason: String? = nil
        ) {
            self.use = use
            self.coupon = coupon
            self.outcome = outcome
            self.reward = reward
            self.reason = reason
        }

        public static let schema = Schema.object(
            "CouponUse", "What was made of a use that was reported.",
            [
                .required("use", .text(1...64, example: "use-1")),
                .required("coupon", couponIDSchema),
                .required("outcome", .choice(CouponUseOutcome.self)),
                .optional("reward", rewardIDSchema),
                .optional(
                    "reason", .text(1...200, example: "the offer's budget does not cover the reward"),
                    "Why there is no reward."),
            ])
    }

    public enum RewardState: String, Codable, Sendable, CaseIterable { case promised, transferred, refused }

    /// What a first user gets because a second one has used what it shared.
    public struct Reward: WireType {
        public var reward: String
        public var offer: String
        public var amount: Int
        public var currency: String
        public var function: String
        public var template: String
        public var state: RewardState
        public var reason: String?
        public var createdAt: Timestamp
        public var settledAt: Timestamp?

        public init(
            reward: String, offer: String, amount: Int, currency: String, function: String, template: String,
            state: RewardState, reason: String? = nil, createdAt: Timestamp, settledAt: Timestamp? = nil
        ) {
            self.reward = reward
            self.offer = offer
            self.amount = amount
            self.currency = currency
            self.function = function
            self.template = template
            self.state = state
            self.reason = reason
            self.createdAt = createdAt
            self.settledAt = settledAt
        }

        public static let schema = Schema.object(
            "Reward", "What a first user gets because a second one has used what it shared.",
            [
                .required("reward", rewardIDSchema),
                .required("offer", offerIDSchema),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("function", offerFunctionSchema),
                .required("template", offerFunctionSchema),
                .required("state", .choice(RewardState.self)),
                .optional("reason", .text(1...200, example: "insufficient funds"), "Why it was refused."),
                .required("createdAt", .dateTime),
                .optional("settledAt", .dateTime),
            ])
    }

    /// A reward's page, filled in.
    public struct RewardPage: WireType {
        public var reward: String
        public var title: String
        public var text: String
        public var merchantName: String
        public var amount: Int
        public var currency: String
        public var isTransferred: Bool

        public init(
            reward: String, title: String, text: String, merchantName: String, amount: Int, currency: String,
            isTransferred: Bool
        ) {
            self.reward = reward
            self.title = title
            self.text = text
            self.merchantName = merchantName
            self.amount = amount
            self.currency = currency
            self.isTransferred = isTransferred
        }

        public static let schema = Schema.object(
            "RewardPage", "A reward's page, filled in.",
            [
                .required("reward", rewardIDSchema),
                .required("title", .text(1...2_048, example: "A tenth for you")),
                .required("text", .text(0...65_536, example: "bob bought at Quay Books: 3.00 EUR.")),
                .required("merchantName", .text(1...60, example: "Quay Books")),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("isTransferred", .boolean),
            ])
    }

    /// Another link to the reward's page.
    public struct RewardLinkRequest: WireType {

        public init() {
        }

        public static let schema = Schema.object(
            "RewardLinkRequest", "Another link to the reward's page.",
            [])
    }

    /// A link that opens one reward's page.
    public struct RewardLink: WireType, CustomStringConvertible, CustomReflectable {
        public var link: String

        public init(link: String) {
            self.link = link
        }

        public var description: String { "‹link to a reward›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RewardLink", "A link that opens one reward's page.",
            [
                .required("link", .text(1...256, example: "https://plaza.example/r/0"))
            ])
    }

    /// A reward that was refused is tried again.
    public struct RewardRetryRequest: WireType {

        public init() {
        }

        public static let schema = Schema.object(
            "RewardRetryRequest", "A reward that was refused is tried again.",
            [])
    }

    /// That there is a reward, and the link to its page.
    public struct RewardNotification: WireType, CustomStringConvertible, CustomReflectable {
        public var reward: String
        public var link: String
        public var expiresAt: Timestamp

        public init(reward: String, link: String, expiresAt: Timestamp) {
            self.reward = reward
            self.link = link
            self.expiresAt = expiresAt
        }

        public var description: String { "‹notification of a reward›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RewardNotification", "That there is a reward, and the link to its page.",
            [
                .required("reward", rewardIDSchema),
                .required("link", .text(1...256, example: "https://plaza.example/r/0")),
                .required("expiresAt", .dateTime),
            ])
    }

    static let rewardIDSchema = Schema.printable(36...36, example: "rwd_00000000000000000000000000000001")
    static let rewardLinkSchema = Schema.printable(64...64, example: String(repeating: "0", count: 64))
}
