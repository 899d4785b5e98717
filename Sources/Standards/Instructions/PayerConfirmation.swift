public import ISO4217

/// A payer's word to the payment server, signed with the key of the payer's device: this is what I was shown, and I pay it.
public struct PayerConfirmation: Statement {
    public static let type = "payer-confirmation+jwt"
    public static let lifetimeSecondsMax: Int64 = 300

    /// What is confirmed.
    public enum Subject: String, Hashable, Sendable, Codable {
        case order
        case bill
        case purseLoad
    }

    /// The payer's account at the payment server.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the confirmation.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    public var subject: Subject
    /// The order's, the bill's or the load's name.
    public var reference: String
    /// SHA-256 of what was shown, in base64url: an order's instruction in compact form, a bill's list of items, the words of
    /// a load.
    public var digest: String
    /// In minor units: the total.
    public var amount: Int64
    public var currency: Currency
    /// The device has verified its user for this confirmation.
    public var userVerified: Bool

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, subject: Subject, reference: String,
        digest: String, amount: Int64, currency: Currency, userVerified: Bool
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.subject = subject
        self.reference = reference
        self.digest = digest
        self.amount = amount
        self.currency = currency
        self.userVerified = userVerified
    }
}
