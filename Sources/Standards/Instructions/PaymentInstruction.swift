public import ISO4217

/// A platform's word to the payment server: what may be paid to whom, for what, and how much if that is fixed.
///
/// The merchant platform answers a tag that was read (TAG) and an object that was asked for (XFER) with one. A payer
/// shows it to the payment server; what is paid is what it says.
public struct PaymentInstruction: Statement {
    public static let type = "payment-instruction+jwt"
    public static let lifetimeSecondsMax: Int64 = 900

    /// Where the instruction comes from.
    public enum Origin: String, Hashable, Sendable, Codable {
        /// A tag was read.
        case tag
        /// An object was asked for.
        case object
    }

    /// The platform.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the instruction: the payment server makes one order of it, once.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    public var origin: Origin
    /// The tag's or the object's name at the platform.
    public var reference: String
    /// The merchant's name at the platform.
    public var merchant: String
    /// What the payer is shown before paying.
    public var merchantName: String
    /// The merchant's account at the payment server.
    public var payee: String
    public var currency: Currency
    /// In minor units, above zero; `nil` leaves it to the payer.
    public var amount: Int64?
    public var description: String

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, origin: Origin, reference: String,
        merchant: String, merchantName: String, payee: String, currency: Currency, amount: Int64?, description: String
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.origin = origin
        self.reference = reference
        self.merchant = merchant
        self.merchantName = merchantName
        self.payee = payee
        self.currency = currency
        self.amount = amount
        self.description = description
    }
}
