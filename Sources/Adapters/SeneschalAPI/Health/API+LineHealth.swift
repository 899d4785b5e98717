extension API.Health {
    /// How the line from a payment server to an issuer is: numbers, and how long ago something happened.
    public struct IssuerLine: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case signedOn, down }

        public var state: State
        public var isEncrypted: Bool
        public var signedOnSeconds: Int?
        public var echoSecondsAgo: Int?
        public var silentSeconds: Int?
        public var waiting: Int
        public var reversals: Int

        public init(
            state: State, isEncrypted: Bool, signedOnSeconds: Int? = nil, echoSecondsAgo: Int? = nil,
            silentSeconds: Int? = nil, waiting: Int, reversals: Int
        ) {
            self.state = state
            self.isEncrypted = isEncrypted
            self.signedOnSeconds = signedOnSeconds
            self.echoSecondsAgo = echoSecondsAgo
            self.silentSeconds = silentSeconds
            self.waiting = waiting
            self.reversals = reversals
        }

        public static let schema = Schema.object(
            "IssuerLineHealth", "How the line from a payment server to an issuer is.",
            [
                .required("state", .choice(State.self), "down: cards are declined with 91, and reversals wait."),
                .required("isEncrypted", .boolean, "Whether it is protected by TLS."),
                .optional("signedOnSeconds", .seconds, "How long it has been signed on."),
                .optional("echoSecondsAgo", .seconds, "Since the issuer answered an echo."),
                .optional("silentSeconds", .seconds, "Since the issuer sent anything."),
                .required("waiting", .count, "Requests that wait for their answers."),
                .required("reversals", .count, "Payments whose reversal the issuer has not accepted yet."),
            ])
    }

    /// How an issuer's lines to acquirers are: numbers, and how long ago something came.
    public struct Acquirers: WireType {
        public var isEncrypted: Bool
        public var connections: Int
        public var refused: Int
        public var signOnSecondsAgo: Int?
        public var echoSecondsAgo: Int?
        public var silentSeconds: Int?

        public init(
            isEncrypted: Bool, connections: Int, refused: Int, signOnSecondsAgo: Int? = nil,
            echoSecondsAgo: Int? = nil, silentSeconds: Int? = nil
        ) {
            self.isEncrypted = isEncrypted
            self.connections = connections
            self.refused = refused
            self.signOnSecondsAgo = signOnSecondsAgo
            self.echoSecondsAgo = echoSecondsAgo
            self.silentSeconds = silentSeconds
        }

        public static let schema = Schema.object(
            "AcquirersHealth", "How an issuer's lines to acquirers are.",
            [
                .required("isEncrypted", .boolean, "Whether they are protected by TLS."),
                .required("connections", .count, "That are open."),
                .required("refused", .count, "Cut off since the start: no message, or not from whom it should be."),
                .optional("signOnSecondsAgo", .seconds, "Since an acquirer signed on."),
                .optional("echoSecondsAgo", .seconds, "Since an acquirer asked whether the issuer is there."),
                .optional("silentSeconds", .seconds, "Since an acquirer sent anything."),
            ])
    }
}

extension Schema {
    fileprivate static let seconds = Schema.integer(0...Int(Int32.max), example: 12)
    fileprivate static let count = Schema.integer(0...Int(Int32.max), example: 0)
}
