extension API {
    /// What the second user gets at the merchant.
    public enum OfferBenefit: String, Codable, Sendable, CaseIterable { case discount, amount, function }

    public enum OfferState: String, Codable, Sendable, CaseIterable { case published, withdrawn }

    /// A use that is rewarded, and by which template.
    public struct RewardRule: WireType {
        public var function: String
        public var amountMin: Int?
        public var template: String

        public init(function: String, amountMin: Int? = nil, template: String) {
            self.function = function
            self.amountMin = amountMin
            self.template = template
        }

        public static let schema = Schema.object(
            "RewardRule", "A use that is rewarded, and by which template.",
            [
                .required("function", offerFunctionSchema),
                .optional("amountMin", .integer(0...1_000_000_000_000, example: 2_000), "In minor units."),
                .required("template", offerFunctionSchema),
            ])
    }

    /// How much a reward is, and what its page says.
    public struct RewardTemplate: WireType {
        public var name: String
        public var amount: Int?
        public var basisPoints: Int?
        public var amountMax: Int?
        public var title: String
        public var text: String

        public init(
            name: String, amount: Int? = nil, basisPoints: Int? = nil, amountMax: Int? = nil, title: String,
            text: String
        ) {
            self.name = name
            self.amount = amount
            self.basisPoints = basisPoints
            self.amountMax = amountMax
            self.title = title
            self.text = text
        }

        public static let schema = Schema.object(
            "RewardTemplate", "How much a reward is, and what its page says.",
            [
                .required("name", offerFunctionSchema),
                .optional("amount", moneySchema, "A fixed reward; otherwise `basisPoints` and `amountMax`."),
                .optional("basisPoints", .integer(1...10_000, example: 1_000), "Of what was spent."),
                .optional("amountMax", moneySchema),
                .required("title", .text(1...80, example: "A tenth for you")),
                .required(
                    "text", .text(1...1_000, example: "{friend} bought at {merchant}: {reward}."),
                    "With {offer}, {merchant}, {reward}, {friend}, {function}."),
            ])
    }

    /// Which associated users an offer may go to.
    public struct SharingRule: WireType {
        public var recipientsMax: Int?
        public var recipientsOfUserMax: Int?
        public var associatedSecondsMin: Int?
        public var isPassedOn: Bool?
        public var couponSeconds: Int?

        public init(
            recipientsMax: Int? = nil, recipientsOfUserMax: Int? = nil, associatedSecondsMin: Int? = nil,
            isPassedOn: Bool? = nil, couponSeconds: Int? = nil
        ) {
            self.recipientsMax = recipientsMax
            self.recipientsOfUserMax = recipientsOfUserMax
            self.associatedSecondsMin = associatedSecondsMin
            self.isPassedOn = isPassedOn
            self.couponSeconds = couponSeconds
        }

        public static let schema = Schema.object(
            "SharingRule", "Which associated users an offer may go to.",
            [
                .optional("recipientsMax", .integer(1...20, example: 5), "Of one request; 5 when absent."),
                .optional("recipientsOfUserMax", .integer(1...200, example: 20), "Of one first user; 20 when absent."),
                .optional("associatedSecondsMin", .integer(0...31_622_400, example: 0)),
                .optional("isPassedOn", .boolean, "Whether who has received it may pass it on."),
                .optional(
                    "couponSeconds", .integer(60...31_622_400, example: 2_592_000),
                    "How long a coupon holds; 30 days when absent."),
            ])
    }

    /// What a merchant promises whoever comes with it, and whoever passes it on.
    public struct PublishOfferRequest: WireType {
        public var title: String
        public var text: String
        public var benefit: OfferBenefit
        public var value: Int?
        public var start: Timestamp
        public var end: Timestamp
        public var sharing: SharingRule?
        public var rules: [RewardRule]
        public var templates: [RewardTemplate]
        public var budget: Int

        public init(
            title: String, text: String, benefit: OfferBenefit, value: Int? = nil, start: Timestamp, end: Timestamp,
            sharing: SharingRule? = nil, rules: [RewardRule], templates: [RewardTemplate], budget: Int
        ) {
            self.title = title
            self.text = text
            self.benefit = benefit
            self.value = value
            self.start = start
            self.end = end
            self.sharing = sharing
            self.rules = rules
            self.templates = templates
            self.budget = budget
        }

        public static let schema = Schema.object(
            "PublishOfferRequest", "What a merchant promises whoever comes with it, and whoever passes it on.",
            [
                .required("title", .text(1...80, example: "Ten percent off")),
                .required("text", .text(1...1_000, example: "On every book.")),
                .required("benefit", .choice(OfferBenefit.self)),
                .optional(
                    "value", .integer(1...1_000_000_000_000, example: 1_000), "Hundredths of a percent, or minor units."
                ),
                .required("start", .dateTime),
                .required("end", .dateTime, "Outside of the period."),
                .optional("sharing", SharingRule.schema),
                .required("rules", .array(of: RewardRule.schema, 1...16), "The first that applies decides."),
                .required("templates", .array(of: RewardTemplate.schema, 1...16)),
                .required(
                    "budget", .integer(0...1_000_000_000_000, example: 100_000),
                    "All rewards together never exceed it; in minor units."),
            ])
    }

    /// An offer that users can share.
    public struct Offer: WireType {
        public var offer: String
        public var merchant: String
        public var title: String
        public var text: String
        public var benefit: OfferBenefit
        public var value: Int?
        public var currency: String
        public var start: Timestamp
        public var end: Timestamp
        public var state: OfferState

        public init(
            offer: String, merchant: String, title: String, text: String, benefit: OfferBenefit, value: Int? = nil,
            currency: String, start: Timestamp, end: Timestamp, state: OfferState
        ) {
            self.offer = offer
            self.merchant = merchant
            self.title = title
            self.text = text
            self.benefit = benefit
            self.value = value
            self.currency = currency
            self.start = start
            self.end = end
            self.state = state
        }

        public static let schema = Schema.object(
            "Offer", "An offer that users can share.",
            [
                .required("offer", offerIDSchema),
                .required("merchant", merchantIDSchema),
                .required("title", .text(1...80, example: "Ten percent off")),
                .required("text", .text(1...1_000, example: "On every book.")),
                .required("benefit", .choice(OfferBenefit.self)),
                .optional("value", .integer(1...1_000_000_000_000, example: 1_000)),
                .required("currency", currencyCodeSchema),
                .required("start", .dateTime),
                .required("end", .dateTime),
                .required("state", .choice(OfferState.self)),
            ])
    }

    /// Withdraws an offer, or publishes it again.
    public struct OfferStateRequest: WireType {
        public var state: OfferState

        public init(state: OfferState) {
            self.state = state
        }

        public static let schema = Schema.object(
            "OfferStateRequest", "Withdraws an offer, or publishes it again.",
            [
                .required("state", .choice(OfferState.self))
            ])
    }

    /// With whom an offer is shared.
    public struct ShareRequest: WireType {
        public var recipients: [String]

        public init(recipients: [String]) {
            self.recipients = recipients
        }

        public static let schema = Schema.object(
            "ShareRequest", "With whom an offer is shared.",
            [
                .required("recipients", .array(of: platformUserNameSchema, 1...20))
            ])
    }

    /// The sharing rule finds with whom.
    public struct RecommendRequest: WireType {

        public init() {
        }

        public static let schema = Schema.object(
            "RecommendRequest", "The sharing rule finds with whom.",
            [])
    }

    /// With whom an offer has been shared.
    public struct Sharing: WireType {
        public var offer: String
        public var recipients: [String]

        public init(offer: String, recipients: [String]) {
            self.offer = offer
            self.recipients = recipients
        }

        public static let schema = Schema.object(
            "Sharing", "With whom an offer has been shared.",
            [
                .required("offer", offerIDSchema),
                .required("recipients", .array(of: platformUserNameSchema, 0...20)),
            ])
    }

    /// What a second user's handset keeps of an offer that was shared with it.
    public struct Coupon: WireType {
        public var coupon: String
        public var firstUser: String
        public var merchantName: String
        public var title: String
        public var text: String
        public var expiresAt: Timestamp
        public var isUsed: Bool

        public init(
            coupon: String, firstUser: String, merchantName: String, title: String, text: String, expiresAt: Timestamp,
            isUsed: Bool
        ) {
            self.coupon = coupon
            self.firstUser = firstUser
            self.merchantName = merchantName
            self.title = title
            self.text = text
            self.expiresAt = expiresAt
            self.isUsed = isUsed
        }

        public static let schema = Schema.object(
            "Coupon", "What a second user's handset keeps of an offer that was shared with it.",
            [
                .required("coupon", couponIDSchema),
                .required("firstUser", platformUserIDSchema, "Who shared it."),
                .required("merchantName", .text(1...60, example: "Quay Books")),
                .required("title", .text(1...80, example: "Ten percent off")),
                .required("text", .text(1...1_000, example: "On every book.")),
                .required("expiresAt", .dateTime),
                .required("isUsed", .boolean),
            ])
    }

    /// The coupon is shown at a counter.
    public struct PresentationRequest: WireType {

        public init() {
        }

        public static let schema = Schema.object(
            "PresentationRequest", "The coupon is shown at a counter.",
            [])
    }

    /// What a second user who is logged in shows at the counter.
    public struct CouponPresentation: WireType, CustomStringConvertible, CustomReflectable {
        public var code: String
        public var coupon: String
        public var firstUser: String
        public var expiresAt: Timestamp

        public init(code: String, coupon: String, firstUser: String, expiresAt: Timestamp) {
            self.code = code
            self.coupon = coupon
            self.firstUser = firstUser
            self.expiresAt = expiresAt
        }

        public var description: String { "‹presentation of a coupon›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "CouponPresentation", "What a second user who is logged in shows at the counter.",
            [
                .required("code", .printable(32...32, example: String(repeating: "0", count: 32))),
                .required("coupon", couponIDSchema),
                .required("firstUser", platformUserIDSchema),
                .required("expiresAt", .dateTime),
            ])
    }

    static let offerIDSchema = Schema.printable(36...36, example: "off_00000000000000000000000000000001")
    static let couponIDSchema = Schema.printable(36...36, example: "cpn_00000000000000000000000000000001")
    static let offerFunctionSchema = Schema(
        "1 to 32 lower-case letters, digits and hyphens.", .printable(1...32), example: "purchase")
}
