extension API {
    /// Whether the server can do its work.
    public struct Health: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case ok, failed }

        public var status: State
        public var store: State
        public var vault: State
        public var attachedAgents: Int?

        public init(store: State, vault: State, attachedAgents: Int? = nil) {
            status = store == .ok && vault == .ok ? .ok : .failed
            self.store = store
            self.vault = vault
            self.attachedAgents = attachedAgents
        }

        public static let schema = Schema.object(
            "Health", "Whether the server can do its work.",
            [
                .required("status", .choice(State.self), "failed when any part failed; answered with 503."),
                .required("store", .choice(State.self)), .required("vault", .choice(State.self)),
                .optional(
                    "attachedAgents", .integer(0...Int(Int32.max), example: 3),
                    "Local agents with a session; of a central TSM."),
            ])
    }
}
