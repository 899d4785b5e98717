public import ISO4217

/// A merchant's word to the platform: somebody has used this coupon, and did this with it (RWD).
///
/// Who shared the coupon and what was done can be left out in the message, so that the platform can say which of them is
/// missing; without either there is no reward.
public struct UsageReport: Statement {
    public static let type = "usage-report+jwt"
    /// A merchant reports when it is online again.
    public static let lifetimeSecondsMax: Int64 = 604_800

    /// The merchant.
    public var iss: String
    /// The platform.
    public var aud: String
    /// Names the use: it is rewarded once.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// The coupon.
    public var coupon: String
    /// What the second user showed: proof that it was logged in at the platform.
    public var presentation: String
    /// Identification of the first user, as the coupon says it.
    public var firstUser: String?
    /// Indication of what the second user did, such as `purchase`.
    public var function: String?
    /// In minor units: what the second user spent, where the function has an amount.
    public var amount: Int64?
    public var currency: Currency?
    /// When it was done.
    public var at: Int64

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, coupon: String, presentation: String,
        firstUser: String?, function: String?, amount: Int64?, currency: Currency?, at: Int64
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.coupon = coupon
        self.presentation = presentation
        self.firstUser = firstUser
        self.function = function
        self.amount = amount
        self.currency = currency
        self.at = at
    }
}
