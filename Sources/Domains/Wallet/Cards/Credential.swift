/// One card on one secure element.
public struct Credential: RevisedRecord, Hashable, Codable {
    /// How the card lies in the secure element.
    public enum Mode: String, Sendable, Codable {
        /// A card record in a universal instance, verified with the instance's key alone (UCI).
        case universalIdentifier
        /// A card record with a key share of its own beside the universal data (UPD).
        case universalData
        /// A payment application of its own.
        case dedicated
    }

    public enum State: String, Sendable, Codable, CaseIterable {
        /// Tokens are given out, nothing is in the secure element yet.
        case allocated
        /// The secure element may have it.
        case loading
        case active
        /// To be taken out of the secure element as soon as it can be reached.
        case removing
        case removed
    }

    public var id: CredentialID
    public var card: CardReference
    public var user: UserID
    public var device: DeviceID
    public var secureElement: SecureElementName
    public var mode: Mode
    public var type: UniversalCardType
    public var record: RecordReference
    public var tokens: [PaymentFunction: TokenReference]
    /// Names the binding at the issuer.
    public var issuerBinding: String?
    /// Where ``mode`` is dedicated.
    public var application: WalletApplication?
    public var state: State
    /// Whether the secure element may hold something else of it than it should, since a token was stopped or let go on:
    /// what is there is set right when the secure element can be reached.
    public var isOutOfStep: Bool
    public var createdAt: Int64
    public var updatedAt: Int64
    public var revision: Int

    public init(
        id: CredentialID, card: CardReference, user: UserID, device: DeviceID, secureElement: SecureElementName,
        mode: Mode, type: UniversalCardType, record: RecordReference, tokens: [PaymentFunction: TokenReference] = [:],
        issuerBinding: String? = nil, application: WalletApplication? = nil, state: State = .allocated,
        createdAt: Int64, updatedAt: Int64, revision: Int = 0
    ) {
        self.id = id
        self.card = card
        self.user = user
        self.device = device
        self.secureElement = secureElement
        self.mode = mode
        self.type = type
        self.record = record
        self.tokens = tokens
        self.issuerBinding = issuerBinding
        self.application = application
        self.state = state
        isOutOfStep = false
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}

extension PaymentFunction: CodingKeyRepresentable {}
