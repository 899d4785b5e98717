public import EMV

/// *Real-name verification*: do card, name, identity number and reserved telephone number belong together?
///
/// The texts are as the user wrote them; one that cannot be does not fit, and is answered like one that does not.
/// It prints as nothing.
public struct VerificationRequest: Sendable, CustomStringConvertible, CustomReflectable {
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    public var cardholderName: String
    public var identityNumber: String
    public var telephoneNumber: String
    /// The wallet's name of its user.
    public var user: String

    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, cardholderName: String, identityNumber: String,
        telephoneNumber: String, user: String
    ) {
        self.number = number
        self.expiry = expiry
        self.cardholderName = cardholderName
        self.identityNumber = identityNumber
        self.telephoneNumber = telephoneNumber
        self.user = user
    }

    public var description: String { "‹real-name verification›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the issuer makes of it.
public enum VerificationAnswer: Hashable, Sendable, Codable {
    case verified(RecognizedCard)
    case oneTimePasswordSent(VerificationID)
    case referred
    /// Which field, or whether any, is not said.
    case refused
}

/// A card as its issuer tells a wallet of it.
public struct RecognizedCard: Hashable, Sendable, Codable {
    public var reference: CardAccountReference
    public var type: CardAccount.CardType
    public var label: String

    init(_ card: CardAccount) {
        reference = card.reference
        type = card.type
        label = card.label
    }
}

/// A verification that waits for its one-time password, or had it.
public struct Verification: Hashable, Sendable, Codable {
    public var id: VerificationID
    public var card: CardAccountReference
    public var user: WalletUser
    public var oneTimePasswordDigest: [UInt8]
    public var triesLeft: Int
    public var expiresAt: Int64
    public var outcome: Outcome?

    public enum Outcome: String, Hashable, Sendable, Codable { case verified, refused }

    public init(
        id: VerificationID, card: CardAccountReference, user: WalletUser, oneTimePasswordDigest: [UInt8],
        triesLeft: Int, expiresAt: Int64, outcome: Outcome? = nil
    ) {
        self.id = id
        self.card = card
        self.user = user
        self.oneTimePasswordDigest = oneTimePasswordDigest
        self.triesLeft = triesLeft
        self.expiresAt = expiresAt
        self.outcome = outcome
    }
}

/// A user whom the issuer has recognized as the holder of a card.
public struct RecognizedUser: Hashable, Sendable, Codable {
    public var card: CardAccountReference
    public var user: WalletUser
    public var recognizedAt: Int64

    public init(card: CardAccountReference, user: WalletUser, recognizedAt: Int64) {
        self.card = card
        self.user = user
        self.recognizedAt = recognizedAt
    }
}

/// A one-time password that is to be sent. The row is the intent; when it has been sent it is gone.
public struct PendingMessage: Hashable, Sendable, Codable {
    public var verification: VerificationID
    /// Telephone number and password, sealed in the context of ``verification``.
    public var sealedMessage: [UInt8]
    public var expiresAt: Int64

    public init(verification: VerificationID, sealedMessage: [UInt8], expiresAt: Int64) {
        self.verification = verification
        self.sealedMessage = sealedMessage
        self.expiresAt = expiresAt
    }
}
