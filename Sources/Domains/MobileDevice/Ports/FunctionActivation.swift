public import EMV

/// *Payment function activation request* (PFA): binding, where it is still to be done, and functions, in one exchange.
public struct FunctionActivationRequest: Hashable, Sendable {
    public var target: Target
    /// Exactly: supported here, activatable, and not active (PFA-01).
    public var functions: [CardFunction]

    /// The card that it is about.
    public enum Target: Hashable, Sendable {
        /// A card that the wallet does not know yet: it is verified with its issuer first (PHOTO).
        case newCard(CardBindingVerification)
        /// A card of the user that its issuer has bound to this secure element: with the issuer's confirmation (BIND).
        case confirmedCard(card: String, confirmation: String)
        /// A card of the user: what its issuer still has to do, the wallet asks it for.
        case knownCard(card: String)
    }

    public init(_ target: Target, functions: [CardFunction]) {
        self.target = target
        self.functions = functions
    }
}

/// *Card-binding verification information*: what a person's bank recognizes it and its card by. It prints as nothing, and
/// nothing keeps it once the answer is there.
public struct CardBindingVerification: Hashable, Sendable, CustomStringConvertible {
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    public var cardholderName: String
    public var identityNumber: String
    /// From the device's own settings (PHOTO-03).
    public var telephoneNumber: String

    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, cardholderName: String, identityNumber: String,
        telephoneNumber: String
    ) {
        self.number = number
        self.expiry = expiry
        self.cardholderName = cardholderName
        self.identityNumber = identityNumber
        self.telephoneNumber = telephoneNumber
    }

    public var description: String { "‹card-binding verification›" }
}

/// *Activation reply*: the result of the binding, and one payment identifier for each function that was activated.
public enum FunctionActivationReply: Hashable, Sendable {
    case bound(FunctionActivation)
    /// Nothing is bound yet: the issuer sent a one-time password to the reserved telephone number.
    case oneTimePasswordSent(verification: String)
    /// The issuer wants to speak to its customer first. Nothing is bound.
    case referred
    /// The verification failed: nothing is bound, and there is no identifier (PFA-04).
    case refused
}

/// A bound card and what became of each function that was asked for.
public struct FunctionActivation: Hashable, Sendable {
    /// `crd_…`.
    public var card: String
    /// The issuer that bound it.
    public var issuer: String
    /// *Dedicated card information*, as far as the device needs it (UPD-02).
    public var dedicated: DedicatedCardInformation
    public var functions: [CardFunction: Outcome]

    /// What became of one function.
    public enum Outcome: Hashable, Sendable {
        /// With its payment identifier, `tok_…`, which is good for this function only.
        case active(paymentIdentifier: String)
        /// It is not active; the code says why, such as `notPermitted`.
        case refused(code: String)
    }

    public init(card: String, issuer: String, dedicated: DedicatedCardInformation, functions: [CardFunction: Outcome]) {
        self.card = card
        self.issuer = issuer
        self.dedicated = dedicated
        self.functions = functions
    }
}

/// What distinguishes one card from the others on the universal instance of its type.
public struct DedicatedCardInformation: Hashable, Sendable {
    /// 1 or 2.
    public var type: Int
    /// The *card transaction identifier*: the reference of the card's record in the secure element, 8 bytes.
    public var reference: UniversalCardReference
    public var label: String
    public var lastFour: String

    public init(type: Int, reference: UniversalCardReference, label: String, lastFour: String) {
        self.type = type
        self.reference = reference
        self.label = label
        self.lastFour = lastFour
    }
}
