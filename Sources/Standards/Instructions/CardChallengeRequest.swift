public import ISO4217

/// A terminal's word to the payment server: this card was presented for this transaction, give it a challenge (SCV).
public struct CardChallengeRequest: Statement {
    public static let type = "card-challenge-request+jwt"
    public static let lifetimeSecondsMax: Int64 = 60

    /// The terminal.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the transaction at the terminal.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// Card identification, sixteen hex digits.
    public var card: String
    /// In minor units, above zero.
    public var amount: Int64
    public var currency: Currency

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, card: String, amount: Int64, currency: Currency
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.card = card
        self.amount = amount
        self.currency = currency
    }
}
