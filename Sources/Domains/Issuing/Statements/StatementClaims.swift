// What wallets and issuers sign for each other, as the issuer reads and writes it: claims of JSON Web Tokens (RFC 7519),
// compact and with ES256. Times are seconds since 1970. The wallet has its own types of the same JSON.

/// A wallet's word to one issuer that a user who is logged in may bind a card to a secure element (BIND).
public struct BindingAssertionClaims: Hashable, Sendable, Codable {
    /// `typ` of the header.
    public static let type = "binding-assertion+jwt"
    public static let lifetimeSecondsMax: Int64 = 300

    /// The wallet's name.
    public var iss: String
    /// The issuer's name.
    public var aud: String
    /// The user.
    public var sub: String
    public var card: String
    public var secureElement: String
    public var iat: Int64
    public var exp: Int64
    /// Names the assertion.
    public var jti: String

    public init(
        iss: String, aud: String, sub: String, card: String, secureElement: String, iat: Int64, exp: Int64, jti: String
    ) {
        self.iss = iss
        self.aud = aud
        self.sub = sub
        self.card = card
        self.secureElement = secureElement
        self.iat = iat
        self.exp = exp
        self.jti = jti
    }
}

/// The issuer's word that it has stored a binding.
public struct BindingConfirmationClaims: Hashable, Sendable, Codable {
    public static let type = "binding-confirmation+jwt"
    /// How long a device has to show it to the wallet.
    public static let lifetimeSeconds: Int64 = 300

    /// The issuer's name.
    public var iss: String
    /// The wallet's name.
    public var aud: String
    public var sub: String
    public var card: String
    public var secureElement: String
    /// Names the binding.
    public var binding: String
    public var iat: Int64
    public var exp: Int64
}

/// A token service's word that a transaction's token, domain, counter and cryptogram are good.
public struct AuthorizationAssertionClaims: Hashable, Sendable, Codable {
    public static let type = "authorization-assertion+jwt"
    public static let lifetimeSecondsMax: Int64 = 120

    public var iss: String
    public var aud: String
    public var transaction: String
    public var card: String
    public var secureElement: String
    public var function: String
    public var token: String
    public var transactionCounter: Int
    public var amount: Int64
    public var currency: Int
    public var merchant: String
    public var iat: Int64
    public var exp: Int64

    public init(
        iss: String, aud: String, transaction: String, card: String, secureElement: String, function: String,
        token: String, transactionCounter: Int, amount: Int64, currency: Int, merchant: String, iat: Int64, exp: Int64
    ) {
        self.iss = iss
        self.aud = aud
        self.transaction = transaction
        self.card = card
        self.secureElement = secureElement
        self.function = function
        self.token = token
        self.transactionCounter = transactionCounter
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.iat = iat
        self.exp = exp
    }
}
