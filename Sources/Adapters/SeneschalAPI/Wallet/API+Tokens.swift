extension API {
    /// A payment token without its digits.
    public struct PaymentToken: WireType {
        public var token: String
        public var card: String
        public var deviceId: String
        public var function: PaymentFunction
        public var lastFour: String
        public var expiry: String
        public var state: State
        public var suspendedBy: [Actor]
        public var history: [Event]

        public enum State: String, Codable, Sendable, CaseIterable { case inactive, active, suspended, deleted }
        public enum Actor: String, Codable, Sendable, CaseIterable { case user, wallet, issuer, fraud, migration }

        public init(
            token: String, card: String, deviceId: String, function: PaymentFunction, lastFour: String, expiry: String,
            state: State, suspendedBy: [Actor], history: [Event]
        ) {
            self.token = token
            self.card = card
            self.deviceId = deviceId
            self.function = function
            self.lastFour = lastFour
            self.expiry = expiry
            self.state = state
            self.suspendedBy = suspendedBy
            self.history = history
        }

        public struct Event: WireType {
            public var at: Timestamp
            public var change: Change
            public var by: Actor
            public var reason: String

            public enum Change: String, Codable, Sendable, CaseIterable {
                case issued, activated, suspended, resumed, deleted
            }

            public init(at: Timestamp, change: Change, by: Actor, reason: String) {
                self.at = at
                self.change = change
                self.by = by
                self.reason = reason
            }

            public static let schema = Schema.object(
                "PaymentTokenEvent", "One change of a token's state.",
                [
                    .required("at", .dateTime), .required("change", .choice(Change.self)),
                    .required("by", .choice(Actor.self)), .required("reason", reasonSchema),
                ])
        }

        public static let schema = Schema.object(
            "PaymentToken", "A payment token without its digits.",
            [
                .required("token", tokenSchema), .required("card", cardSchema),
                .required("deviceId", deviceSchema), .required("function", .choice(PaymentFunction.self)),
                .required("lastFour", .printable(4...4, example: "0018")), .required("expiry", expirySchema),
                .required("state", .choice(State.self)),
                .required(
                    "suspendedBy", .array(of: .choice(Actor.self), 0...5),
                    "It pays again when each of them has resumed it."),
                .required("history", .array(of: Event.schema, 1...32), "The first event, and the latest."),
            ])
    }

    public struct TokenChangeRequest: WireType {
        public var reason: String

        public init(reason: String) { self.reason = reason }

        public static let schema = Schema.object(
            "TokenChangeRequest", "Why a token is suspended or resumed.", [.required("reason", reasonSchema)])
    }

    static let reasonSchema = Schema.text(0...128, example: "lost on the train")
}
