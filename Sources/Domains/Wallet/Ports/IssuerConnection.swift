public import EMV

/// One card issuer, asked by the wallet: in process or over `/issuer/v1`.
///
/// Every request that changes something carries a key; the same key gets the same answer.
public protocol IssuerConnection: Sendable {
    /// *Real-name verification*: do card, name, identity number and reserved telephone number belong together?
    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer

    /// The one-time password that the issuer sent to the reserved telephone number.
    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer

    /// Stores the triple card, user, secure element.
    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding

    /// Removes the triple. Removing what is not there is no error.
    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError)

    /// Money: may this transaction be done with this card? The answer to a transaction never changes.
    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer

    /// Undoes a transaction by its name, once however often it is asked for; one that comes later is declined.
    ///
    /// - Parameter begunAt: of the request that is undone.
    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer
}

/// What a cardholder says of itself and its card. It prints as nothing.
public struct RealNameVerification: Sendable, CustomStringConvertible {
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    public var cardholderName: String
    public var identityNumber: String
    /// The number that the bank knows its customer by.
    public var telephoneNumber: String
    public var user: UserID

    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, cardholderName: String, identityNumber: String,
        telephoneNumber: String, user: UserID
    ) {
        self.number = number
        self.expiry = expiry
        self.cardholderName = cardholderName
        self.identityNumber = identityNumber
        self.telephoneNumber = telephoneNumber
        self.user = user
    }

    public var description: String { "‹real-name verification›" }
}

/// What an issuer makes of it: the paths of token issuance.
public enum RealNameVerificationAnswer: Hashable, Sendable {
    /// *Green*: they belong together.
    case verified(VerifiedCard)
    /// *Yellow*: so far, but a one-time password has been sent to the reserved number.
    case oneTimePasswordSent(verification: String)
    /// *Orange*: the issuer wants to speak to its customer first.
    case referred
    /// *Red*, or a field that does not fit; which one is not said.
    case refused
}

/// A card that its issuer has recognized.
public struct VerifiedCard: Hashable, Sendable, Codable {
    /// The issuer's own opaque name of the card, used ever after instead of its number.
    public var issuerCardReference: String
    public var type: UniversalCardType
    /// Up to 16 printable ASCII characters (tag 50).
    public var label: String

    public init(issuerCardReference: String, type: UniversalCardType, label: String) {
        self.issuerCardReference = issuerCardReference
        self.type = type
        self.label = label
    }
}

/// The three that are bound together (BIND-03), and the wallet's word that the user may ask for it.
public struct IssuerBindingRequest: Hashable, Sendable {
    public var issuerCardReference: String
    public var user: UserID
    public var secureElement: SecureElementName
    /// A short-lived ``BindingAssertion`` in compact form.
    public var assertion: String

    public init(issuerCardReference: String, user: UserID, secureElement: SecureElementName, assertion: String) {
        self.issuerCardReference = issuerCardReference
        self.user = user
        self.secureElement = secureElement
        self.assertion = assertion
    }
}

/// What an issuer answers a binding request with.
public struct IssuerBinding: Hashable, Sendable, Codable {
    /// Names the record at the issuer.
    public var id: String
    /// Signed by the issuer: a ``BindingConfirmation`` in compact form.
    public var confirmation: String

    public init(id: String, confirmation: String) {
        self.id = id
        self.confirmation = confirmation
    }
}

/// A transaction whose token, domain, counter and cryptogram the token service has verified.
public struct IssuerAuthorizationRequest: Hashable, Sendable {
    /// The acquirer's name of the transaction: what is asked twice is done once.
    public var transaction: String
    /// When it was first written down, seconds since 1970: the same for every attempt.
    public var begunAt: Int64
    public var issuerCardReference: String
    public var secureElement: SecureElementName
    public var function: PaymentFunction
    /// Names the token without its digits.
    public var token: TokenReference
    /// ATC of the verified cryptogram: rises with every transaction of the token.
    public var transactionCounter: Int
    /// In minor units, above 0.
    public var amount: Int64
    /// ISO 4217, numeric: 978.
    public var currency: Int
    public var merchant: String
    /// Signed by the token service: an ``AuthorizationAssertion`` over all of the above, in compact form.
    public var assertion: String

    public init(
        transaction: String, begunAt: Int64, issuerCardReference: String, secureElement: SecureElementName,
        function: PaymentFunction, token: TokenReference, transactionCounter: Int, amount: Int64, currency: Int,
        merchant: String, assertion: String
    ) {
        self.transaction = transaction
        self.begunAt = begunAt
        self.issuerCardReference = issuerCardReference
        self.secureElement = secureElement
        self.function = function
        self.token = token
        self.transactionCounter = transactionCounter
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.assertion = assertion
    }
}

public enum IssuerAuthorizationAnswer: Hashable, Sendable, Codable {
    /// With the issuer's six-character authorization code (ISO 8583 field 38).
    case approved(code: String)
    /// With the action code of ISO 8583 field 39: 51 insufficient funds, 57 not permitted, 05 do not honour …
    case declined(actionCode: String)
}

/// What an issuer found when it was asked to undo a transaction.
public enum IssuerReversalAnswer: String, Hashable, Sendable, Codable {
    /// The money is back.
    case reversed
    /// There was nothing to give back.
    case declinedBefore
    /// It has not come; when it comes it is declined.
    case notSeen
}

public enum IssuerConnectionError: Error, Equatable, Sendable, CustomStringConvertible {
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
