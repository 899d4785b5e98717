/// *Payment function activation request*: binding, where it is still to be done, and functions, in one exchange (PFA-06).
public struct ActivationRequest: Sendable {
    public var target: Target
    /// Those that the device supports, that may be activated and are not active (PFA-01).
    public var functions: [PaymentFunction]

    /// The card that it is about.
    public enum Target: Sendable {
        /// A card that is not in the wallet yet: its issuer verifies it first (PHOTO).
        case newCard(CardVerification)
        /// A card of the wallet's that its issuer has bound to this secure element, with the issuer's confirmation (BIND).
        case confirmedCard(CardReference, confirmation: String)
        /// A card of the wallet's: what its issuer still has to do, the wallet asks it for.
        case knownCard(CardReference)
    }

    public init(_ target: Target, functions: [PaymentFunction]) {
        self.target = target
        self.functions = functions
    }
}

/// *Activation reply*: the result of the binding, and for each function what became of it (PFA-02).
public enum ActivationReply: Hashable, Sendable, Codable {
    case bound(Activation)
    /// Nothing is bound yet: the issuer has sent a one-time password to the reserved number. The text comes back with it.
    case oneTimePasswordSent(verification: String)
    /// The issuer wants to speak to its customer first. Nothing is bound.
    case referred
    /// The verification failed: nothing is bound, and there is no identifier (PFA-04).
    case refused
}

/// A bound card, and what can be paid with it how.
public struct Activation: Hashable, Sendable, Codable {
    public var card: CardReference
    public var issuer: IssuerName
    /// The type decides which universal instance the card is paid with (UPD-02).
    public var type: UniversalCardType
    public var mode: Credential.Mode
    /// The card transaction identifier: names the card's record in the secure element (UCI).
    public var record: RecordReference
    public var label: String
    public var lastFour: String
    public var functions: [FunctionOutcome]
}

/// One function that was asked for.
public struct FunctionOutcome: Hashable, Sendable, Codable {
    public var function: PaymentFunction
    /// Good for this function and nothing else; absent where it was refused.
    public var paymentIdentifier: TokenReference?
    public var refusal: Refusal?

    /// Why a function is not active.
    public enum Refusal: String, Hashable, Sendable, Codable, CaseIterable {
        /// The issuer does not let its cards be used so.
        case notPermitted
    }
}
