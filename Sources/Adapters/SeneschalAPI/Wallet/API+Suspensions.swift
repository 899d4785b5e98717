extension API {
    /// Which tokens of the user's are stopped or let go on: a card, a device or both are named, and perhaps a function.
    public struct SuspensionRequest: WireType {
        public var card: String?
        public var deviceId: String?
        public var function: PaymentFunction?
        public var reason: String

        public init(
            card: String? = nil, deviceId: String? = nil, function: PaymentFunction? = nil, reason: String
        ) {
            self.card = card
            self.deviceId = deviceId
            self.function = function
            self.reason = reason
        }

        public static let schema = Schema.object(
            "SuspensionRequest", "Which tokens of the user's are stopped or let go on, and why.",
            [
                .optional("card", cardSchema, "On all devices, unless one is named."),
                .optional("deviceId", deviceSchema, "All cards on it, unless one is named: a lost device."),
                .optional("function", .choice(PaymentFunction.self), "All functions when absent."),
                .required("reason", reasonSchema),
            ])
    }

    public struct PaymentTokens: WireType {
        public var tokens: [PaymentToken]

        public init(tokens: [PaymentToken]) { self.tokens = tokens }

        public static let schema = Schema.object(
            "PaymentTokens", "Tokens without their digits.",
            [.required("tokens", .array(of: PaymentToken.schema, 0...2_048))])
    }

    /// An issuer's word to a wallet about one of its cards.
    public struct TokenOrder: WireType {
        public var order: String

        public init(order: String) { self.order = order }

        public static let schema = Schema.object(
            "TokenOrder", "An issuer's word to a wallet about one of its cards, good for a few minutes.",
            [
                .required(
                    "order", signedStatementSchema,
                    "Signed by the issuer, typ token-order+jwt: iss, aud, card, change, reason, iat, exp, jti.")
            ])
    }

    /// What is done with a card as a whole.
    public enum CardChange: String, Codable, Sendable, CaseIterable { case suspend, resume, delete }

    public struct CardChangeRequest: WireType {
        public var card: String?
        public var userId: String?
        public var change: CardChange
        public var reason: String

        public init(card: String? = nil, userId: String? = nil, change: CardChange, reason: String) {
            self.card = card
            self.userId = userId
            self.change = change
            self.reason = reason
        }

        public static let schema = Schema.object(
            "CardChangeRequest", "What the fight against fraud does with a card, or with all cards of a user.",
            [
                .optional("card", cardSchema, "This, or a user."),
                .optional("userId", userSchema, "This, or a card."),
                .required("change", .choice(CardChange.self)), .required("reason", reasonSchema),
            ])
    }

    public struct CardChangeReport: WireType {
        public var cards: [ChangedCard]

        public init(cards: [ChangedCard]) { self.cards = cards }

        public struct ChangedCard: WireType {
            public var card: String
            public var suspendedBy: [PaymentToken.Actor]
            public var tokens: Int

            public init(card: String, suspendedBy: [PaymentToken.Actor], tokens: Int) {
                self.card = card
                self.suspendedBy = suspendedBy
                self.tokens = tokens
            }

            public static let schema = Schema.object(
                "ChangedCard", "A card as it is now.",
                [
                    .required("card", cardSchema),
                    .required(
                        "suspendedBy", .array(of: .choice(PaymentToken.Actor.self), 0...5),
                        "It pays again when each of them has resumed it."),
                    .required("tokens", .integer(0...1_024, example: 3), "Those that have not ended."),
                ])
        }

        public static let schema = Schema.object(
            "CardChangeReport", "What became of the cards.",
            [.required("cards", .array(of: ChangedCard.schema, 0...1_024))])
    }

    /// What an issuer's operator wants to tell a wallet about a card.
    public struct TokenOrderRequest: WireType {
        public var wallet: String
        public var change: CardChange
        public var reason: String

        public init(wallet: String, change: CardChange, reason: String) {
            self.wallet = wallet
            self.change = change
            self.reason = reason
        }

        public static let schema = Schema.object(
            "TokenOrderRequest", "What a wallet is to do with a card of the issuer's.",
            [
                .required("wallet", partyNameSchema, "The wallet's name."),
                .required("change", .choice(CardChange.self)), .required("reason", reasonSchema),
            ])
    }
}
