public import ISO4217

/// A terminal's word to the payment server: what a smart card gave and answered, and the transaction that it is for (SCV).
public struct CardTransaction: Statement {
    public static let type = "card-transaction+jwt"
    public static let lifetimeSecondsMax: Int64 = 60

    /// The terminal.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the transaction at the terminal: it is done once.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// Card identification, sixteen hex digits.
    public var card: String
    /// The encrypted data file as the card gave it, in base64url.
    public var encryptedData: String
    /// Names the challenge that the server gave for the transaction.
    public var challenge: String
    /// The card's answer to the challenge, in base64url.
    public var response: String
    /// In minor units, above zero.
    public var amount: Int64
    public var currency: Currency

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, card: String, encryptedData: String,
        challenge: String, response: String, amount: Int64, currency: Currency
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.card = card
        self.encryptedData = encryptedData
        self.challenge = challenge
        self.response = response
        self.amount = amount
        self.currency = currency
    }
}
