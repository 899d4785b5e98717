extension API {
    /// Nothing more than what the path says.
    public struct EmptyRequest: WireType {
        public init() {}

        public static let schema = Schema.object("EmptyRequest", "Nothing more than what the path says.", [])
    }
}
