public import CardCryptography
public import EMV
import TurnTaking

/// What a wallet does with cards: binds them, activates ways to pay, keeps secure elements and itself in step, moves
/// cards to another device.
///
/// Everything it does converges: what is meant is written down before anybody outside is asked, the outcome after; the
/// same request again goes on where it stopped. One thing at a time for one user.
public struct CardDesk: Sendable {
    let store: any WalletStore
    let vault: any WalletKeys
    let tokens: TokenService
    let issuers: IssuerDirectory
    let elements: any SecureElementManagement
    let clock: any WalletClock
    let random: any RandomSource
    let policy: CardDeskPolicy
    let turns = Turns<UserID, WalletError>()
    /// Failed verifications.
    let addresses: AttemptWindows
    /// Performs requests that are no business of cards once, with the same store and vault.
    public let journal: RequestJournal

    public init(
        store: any WalletStore, vault: any WalletKeys, tokens: TokenService, issuers: IssuerDirectory,
        elements: any SecureElementManagement, clock: any WalletClock, random: any RandomSource = SystemRandomSource(),
        policy: CardDeskPolicy = CardDeskPolicy()
    ) {
        self.store = store
        self.vault = vault
        self.tokens = tokens
        self.issuers = issuers
        self.elements = elements
        self.clock = clock
        self.random = random
        self.policy = policy
        addresses = AttemptWindows(
            attemptsMax: policy.failedVerificationsPerAddressMax, windowSeconds: policy.verificationWindowSeconds)
        journal = RequestJournal(store: store, vault: vault, clock: clock)
    }
}

/// All that a wallet keeps under lock and key, behind one door.
public typealias WalletKeys = AnswerVault & CardNumberVault & StatementSigner & TokenKeys

/// What a wallet has decided for itself.
public struct CardDeskPolicy: Sendable {
    /// Who the wallet is, in what it signs.
    public var walletName: String
    /// The services at the central TSM that universal instances are made of.
    public var universalServices: [UniversalCardType: WalletService]
    /// The service for a card with a payment application of its own.
    public var dedicatedService: WalletService
    /// ISO 3166-1, numeric: where cards are issued.
    public var countryCode: UInt16
    /// Certifies the key pairs of dedicated applications; without it they are online only.
    public var certifiedIssuer: CertifiedIssuer?
    /// The password must have been given within so many seconds before a card is moved or removed.
    public var freshSeconds: Int64
    /// Verifications that may fail in ``verificationWindowSeconds``, for one user.
    public var failedVerificationsMax: Int
    /// The same, from one network address, whoever's verifications they are.
    public var failedVerificationsPerAddressMax: Int
    public var verificationWindowSeconds: Int64
    /// Cards of one user, removed ones aside.
    public var cardsMax: Int
    /// How long a request waits for a secure element that only has to forget something.
    public var patience: Duration

    /// Number and version of a service at the central TSM.
    public struct WalletService: Hashable, Sendable {
        public var number: Int
        public var version: String

        public init(number: Int, version: String) {
            self.number = number
            self.version = version
        }
    }

    public init(
        walletName: String = "seneschal-wallet",
        universalServices: [UniversalCardType: WalletService] = [
            .first: WalletService(number: 2001, version: "1.0"), .second: WalletService(number: 2002, version: "1.0"),
        ],
        dedicatedService: WalletService = WalletService(number: 2003, version: "1.0"), countryCode: UInt16 = 276,
        certifiedIssuer: CertifiedIssuer? = nil, freshSeconds: Int64 = 300,
        failedVerificationsMax: Int = 5, failedVerificationsPerAddressMax: Int = 20,
        verificationWindowSeconds: Int64 = 3_600, cardsMax: Int = 32, patience: Duration = .seconds(5)
    ) {
        self.walletName = walletName
        self.universalServices = universalServices
        self.dedicatedService = dedicatedService
        self.countryCode = countryCode
        self.certifiedIssuer = certifiedIssuer
        self.freshSeconds = freshSeconds
        self.failedVerificationsMax = failedVerificationsMax
        self.failedVerificationsPerAddressMax = failedVerificationsPerAddressMax
        self.verificationWindowSeconds = verificationWindowSeconds
        self.cardsMax = cardsMax
        self.patience = patience
    }
}
