extension API {
    /// What became of an instruction, for the platform that signed it.
    public struct InstructionStanding: WireType {
        public var state: State
        public var result: String?

        public enum State: String, Codable, Sendable, CaseIterable { case unknown, open, settled }

        public init(state: State, result: String? = nil) {
            self.state = state
            self.result = result
        }

        public static let schema = Schema.object(
            "InstructionStanding", "What became of an instruction, for the platform that signed it.",
            [
                .required(
                    "state", .choice(State.self), "unknown: no order was made of it; open: its payer may pay it yet."),
                .optional(
                    "result", signedStatementSchema,
                    "Of settled, signed by the payment server, typ payment-result+jwt: what it would have sent."),
            ])
    }
}
