extension API {
    /// Whether the server can do its work.
    public struct Health: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case ok, failed }

        public var status: State
        public var store: State
        public var vault: State
        public var attachedAgents: Int?
        public var issuerLine: IssuerLine?
        public var acquirers: Acquirers?

        public init(
            store: State, vault: State, attachedAgents: Int? = nil, issuerLine: IssuerLine? = nil,
            acquirers: Acquirers? = nil
        ) {
            status = store == .ok && vault == .ok ? .ok : .failed
            self.store = store
            self.vault = vault
            self.attachedAgents = attachedAgents
            self.issuerLine = issuerLine
            self.acquirers = acquirers
        }

        public static let schema = Schema.object(
            "Health", "Whether the server can do its work.",
            [
                .required("status", .choice(State.self), "failed when any part failed; answered with 503."),
                .required("store", .choice(State.self)), .required("vault", .choice(State.self)),
                .optional(
                    "attachedAgents", .integer(0...Int(Int32.max), example: 3),
                    "Local agents with a session; of a central TSM."),
                .optional(
                    "issuerLine", IssuerLine.schema,
                    "The line over which a payment server asks the issuer of cards; `status` does not depend on it."),
                .optional("acquirers", Acquirers.schema, "An issuer's lines to acquirers, when it listens for them."),
            ])
    }
}
