/// A card issuer as a device sees it: each card is bound by its own issuer (BIND-04).
public protocol CardIssuerService: Sendable {
    /// Asks the issuer to bind card, user and secure element. Asking again gets the same binding (BIND-06).
    func bind(_ request: CardBindingRequest, key: String) async throws(CardIssuerError) -> CardBindingConfirmation
}

/// Finds the way to an issuer by its name.
public protocol CardIssuerDirectory: Sendable {
    /// - Returns: `nil` for an issuer that this device knows no way to.
    func issuer(named name: String) -> (any CardIssuerService)?
}

/// The three that are bound together (BIND-03), and the wallet's word that this user may ask.
public struct CardBindingRequest: Hashable, Sendable {
    public var issuerCardReference: String
    public var user: String
    /// The card image number, in hex.
    public var secureElement: String
    /// The assertion in compact form.
    public var assertion: String

    public init(issuerCardReference: String, user: String, secureElement: String, assertion: String) {
        self.issuerCardReference = issuerCardReference
        self.user = user
        self.secureElement = secureElement
        self.assertion = assertion
    }
}

/// The issuer's word that it has stored the triple.
public struct CardBindingConfirmation: Hashable, Sendable {
    /// Names the binding at the issuer.
    public var binding: String
    /// Signed by the issuer, in compact form: the wallet gets it as it is.
    public var confirmation: String

    public init(binding: String, confirmation: String) {
        self.binding = binding
        self.confirmation = confirmation
    }
}

/// A signed assertion of the wallet to one issuer about one card, in compact form.
public struct IssuerBindingAssertion: Hashable, Sendable {
    public var assertion: String
    /// Seconds since 1970.
    public var expires: Int64

    public init(assertion: String, expires: Int64) {
        self.assertion = assertion
        self.expires = expires
    }
}

/// Why an issuer did not bind a card.
public enum CardIssuerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The issuer said no; `code` as in its problem documents.
    case refused(code: String, detail: String)
    /// No answer, or one that says to come again: repeat with the same key.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
