/// Something that another party is to be told: written in the transaction that made it true, sent until it has arrived.
public struct OutboxLine: Hashable, Sendable, Codable {
    /// Given by the store: the order of all lines, and the name by which the receiver knows a line that comes twice.
    public var number: Int64
    /// Whom to tell: the name of a platform.
    public var destination: String
    public var kind: Kind
    /// JSON of what ``kind`` says.
    public var body: String
    public var createdAt: Int64
    /// How often it was tried.
    public var attempts: Int
    /// Not before that; `nil` when it is given up.
    public var nextAttemptAt: Int64?

    public enum Kind: String, Hashable, Sendable, Codable {
        /// What an order has come to.
        case orderResult
    }

    public init(
        number: Int64 = 0, destination: String, kind: Kind, body: String, createdAt: Int64, attempts: Int = 0,
        nextAttemptAt: Int64?
    ) {
        self.number = number
        self.destination = destination
        self.kind = kind
        self.body = body
        self.createdAt = createdAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
    }
}
