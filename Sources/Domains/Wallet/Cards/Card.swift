public import EMV

/// A card in somebody's wallet, whatever devices it is on.
public struct Card: RevisedRecord, Hashable, Codable {
    public enum State: String, Sendable, Codable {
        case active
        /// Its issuer or the fight against fraud has stopped it (``Card/suspenders``): no token of it pays.
        case blocked
        /// Out of the wallet; its number is gone from here.
        case removed
    }

    public var reference: CardReference
    public var user: UserID
    public var issuer: IssuerName
    /// The issuer's own opaque name of the card.
    public var issuerCardReference: String
    /// The number as ``CardNumberVault`` sealed it; empty once removed.
    public var sealedNumber: [UInt8]
    /// What the card is found by without its number: of cards that are not removed, one per user and tag.
    public var lookupTag: [UInt8]
    /// The first six or eight digits.
    public var issuerIdentification: String
    public var lastFour: String
    public var expiry: CardExpiry
    public var type: UniversalCardType
    /// Up to 16 printable ASCII characters (tag 50).
    public var label: String
    public var accountReference: PaymentAccountReference
    public internal(set) var state: State
    /// Who has stopped the card as a whole and not resumed it since.
    public internal(set) var suspenders: Set<TokenActor>
    public var createdAt: Int64
    public var updatedAt: Int64
    public var revision: Int

    public init(
        reference: CardReference, user: UserID, issuer: IssuerName, issuerCardReference: String,
        sealedNumber: [UInt8], lookupTag: [UInt8], issuerIdentification: String, lastFour: String, expiry: CardExpiry,
        type: UniversalCardType, label: String, accountReference: PaymentAccountReference, state: State = .active,
        createdAt: Int64, updatedAt: Int64, revision: Int = 0
    ) {
        self.reference = reference
        self.user = user
        self.issuer = issuer
        self.issuerCardReference = issuerCardReference
        self.sealedNumber = sealedNumber
        self.lookupTag = lookupTag
        self.issuerIdentification = issuerIdentification
        self.lastFour = lastFour
        self.expiry = expiry
        self.type = type
        self.label = label
        self.accountReference = accountReference
        self.state = state
        suspenders = []
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
