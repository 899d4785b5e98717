// What wallet and issuers sign for each other: claims of JSON Web Tokens (RFC 7519), compact and with ES256.
// Times are seconds since 1970.

/// The wallet's word to one issuer that a user who is logged in may bind a card to a secure element (BIND).
public struct BindingAssertion: Hashable, Sendable, Codable {
    /// `typ` of the header.
    public static let type = "binding-assertion+jwt"
    /// How long it holds.
    public static let lifetimeSeconds: Int64 = 300

    /// The wallet's name.
    public var iss: String
    /// The issuer that it is for, and no other.
    public var aud: String
    /// The user.
    public var sub: String
    /// The issuer's own reference of the card.
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

/// An issuer's word that it has stored a binding: what a device shows the wallet.
public struct BindingConfirmation: Hashable, Sendable, Codable {
    public static let type = "binding-confirmation+jwt"
    /// What an issuer may let it hold for.
    public static let lifetimeSecondsMax: Int64 = 300

    /// The issuer's name.
    public var iss: String
    /// The wallet's name.
    public var aud: String
    public var sub: String
    public var card: String
    public var secureElement: String
    /// Names the binding at the issuer.
    public var binding: String
    public var iat: Int64
    public var exp: Int64

    public init(
        iss: String, aud: String, sub: String, card: String, secureElement: String, binding: String, iat: Int64,
        exp: Int64
    ) {
        self.iss = iss
        self.aud = aud
        self.sub = sub
        self.card = card
        self.secureElement = secureElement
        self.binding = binding
        self.iat = iat
        self.exp = exp
    }
}

/// The token service's word to an issuer that a transaction's token, domain, counter and cryptogram are good.
public struct AuthorizationAssertion: Hashable, Sendable, Codable {
    public static let type = "authorization-assertion+jwt"
    public static let lifetimeSeconds: Int64 = 120

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
