public import ISO4217

/// A platform's word to the payment server: move a reward from a merchant's reward account to a user's account (RWD).
///
/// The payment server does it once for each `jti`, from accounts whose owner has left rewards to the platform.
public struct RewardInstruction: Statement {
    public static let type = "reward-instruction+jwt"
    public static let lifetimeSecondsMax: Int64 = 900

    /// The platform.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the transfer: 32 hexadecimal digits, the same for every attempt at one reward.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// The merchant's reward account.
    public var payer: String
    /// The account of the user who is rewarded.
    public var payee: String
    /// In minor units, above zero.
    public var amount: Int64
    public var currency: Currency
    /// The reward's name at the platform.
    public var reference: String

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, payer: String, payee: String, amount: Int64,
        currency: Currency, reference: String
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.payer = payer
        self.payee = payee
        self.amount = amount
        self.currency = currency
        self.reference = reference
    }
}
