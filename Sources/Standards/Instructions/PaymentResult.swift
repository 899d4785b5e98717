public import ISO4217

/// The payment server's word to the platform whose instruction it was: what became of it (XFER).
public struct PaymentResult: Statement {
    public static let type = "payment-result+jwt"
    /// A platform that was away for days still gets it.
    public static let lifetimeSecondsMax: Int64 = 604_800

    /// What became of the instruction.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// The payee has the money.
        case paid
        /// Nothing moved, and nothing will.
        case declined
        /// Nobody confirmed it in time.
        case expired
    }

    /// The payment server.
    public var iss: String
    /// The platform that signed the instruction.
    public var aud: String
    /// Names the result.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// `jti` of the instruction.
    public var instruction: String
    public var state: State
    /// The payment server's name of the order that it made of the instruction.
    public var order: String
    /// In minor units: what was paid; for an open amount that nobody said, `nil`.
    public var amount: Int64?
    public var currency: Currency
    /// When it became so.
    public var at: Int64

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, instruction: String, state: State,
        order: String, amount: Int64?, currency: Currency, at: Int64
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.instruction = instruction
        self.state = state
        self.order = order
        self.amount = amount
        self.currency = currency
        self.at = at
    }
}
