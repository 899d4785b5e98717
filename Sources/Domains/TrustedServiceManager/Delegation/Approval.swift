/// Names an approval; unguessable.
public struct ApprovalID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What the central TSM has approved for one provider on one card, in order: a token for every step.
///
/// Token numbers rise on the card, and a used one voids all lower ones: so one approval is open on a card at a time.
public struct Approval: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Tokens are out.
        case open
        /// Every token has come back as a receipt, or the card was read since.
        case closed
    }

    public struct Token: Hashable, Sendable, Codable {
        public enum State: String, Sendable, Codable, CaseIterable {
            case issued
            /// Its receipt has been verified.
            case confirmed
            /// The card, read, shows that it was used; the receipt is lost.
            case used
            /// The card, read, shows that it was not used.
            case unused
        }

        /// Tag 93 of the control reference template.
        public var number: UInt64
        public var step: DelegatedStep
        /// The command with the token in it.
        public var command: [UInt8]
        public var state: State

        public init(number: UInt64, step: DelegatedStep, command: [UInt8], state: State = .issued) {
            self.number = number
            self.step = step
            self.command = command
            self.state = state
        }
    }

    public var id: ApprovalID
    public var provider: ServiceProviderID
    public var secureElement: SecureElementIdentifier
    public var tokens: [Token]
    /// The card's confirmation counter when the tokens were made: what comes beyond is theirs.
    public var confirmationCounter: UInt16
    public var state: State
    public var issuedAt: Int64
    /// Until then nobody else gets a token for the card.
    public var expiresAt: Int64

    public static let tokensMax = 8
    public static let permittedSeconds: Int64 = 600

    public init(
        id: ApprovalID, provider: ServiceProviderID, secureElement: SecureElementIdentifier, tokens: [Token],
        confirmationCounter: UInt16, state: State = .open, issuedAt: Int64, expiresAt: Int64
    ) {
        self.id = id
        self.provider = provider
        self.secureElement = secureElement
        self.tokens = tokens
        self.confirmationCounter = confirmationCounter
        self.state = state
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// The keys that approve and confirm delegated operations on one card, and how far both sides have counted.
public struct CardDelegation: Hashable, Sendable, Codable {
    public var secureElement: SecureElementIdentifier
    /// Signs tokens; its public half is on the card under version 70.
    public var tokenKey: SigningKeyIndex
    /// What the receipt key on the card, version 71, is diversified from.
    public var receiptKey: KeyReference
    /// Tag 42 of the card, if it told.
    public var issuerIdentificationNumber: [UInt8]?
    public var isOnCard: Bool
    public var lastTokenNumber: UInt64
    public var confirmationCounter: UInt16

    public init(
        secureElement: SecureElementIdentifier, tokenKey: SigningKeyIndex, receiptKey: KeyReference,
        issuerIdentificationNumber: [UInt8]? = nil, isOnCard: Bool = false, lastTokenNumber: UInt64 = 0,
        confirmationCounter: UInt16 = 0
    ) {
        self.secureElement = secureElement
        self.tokenKey = tokenKey
        self.receiptKey = receiptKey
        self.issuerIdentificationNumber = issuerIdentificationNumber
        self.isOnCard = isOnCard
        self.lastTokenNumber = lastTokenNumber
        self.confirmationCounter = confirmationCounter
    }
}

/// Names a signing key inside the vault.
public struct SigningKeyIndex: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}
