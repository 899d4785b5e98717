/// Everything durable of an issuer: what one request reads and changes is one transaction.
public protocol IssuerStore: Sendable {
    /// Does `work` in one transaction, alone: what it reads stays so until what it changed is durable. When it throws
    /// nothing changed.
    func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any IssuerTransaction) throws(IssuingError) -> Answer
    ) async throws(IssuingError) -> Answer

    /// Reads beside the transactions.
    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any IssuerRecords) throws(IssuingError) -> Answer
    ) async throws(IssuingError) -> Answer
}

/// What an issuer knows, as one reader sees it.
public protocol IssuerRecords {
    /// By name; ``IssuerDesk/walletsMax`` at most.
    func wallets() throws(IssuingError) -> [WalletPlatform]

    func cardholder(_ id: CardholderID) throws(IssuingError) -> Cardholder?
    /// A page ordered by identifier, after `id`.
    func cardholders(after id: CardholderID?, limit: Int) throws(IssuingError) -> [Cardholder]

    func card(_ reference: CardAccountReference) throws(IssuingError) -> CardAccount?
    func card(numberTag: [UInt8]) throws(IssuingError) -> CardAccount?
    /// A page ordered by reference, after `reference`.
    func cards(after reference: CardAccountReference?, limit: Int) throws(IssuingError) -> [CardAccount]

    func verification(_ id: VerificationID) throws(IssuingError) -> Verification?
    func attempts(_ subject: String) throws(IssuingError) -> AttemptCounter?
    func recognizedUser(_ user: WalletUser, of card: CardAccountReference) throws(IssuingError) -> RecognizedUser?
    /// Oldest first.
    func pendingMessages(limit: Int) throws(IssuingError) -> [PendingMessage]

    func binding(
        of card: CardAccountReference, _ user: WalletUser, _ secureElement: String
    ) throws(IssuingError) -> CardBinding?
    /// All of a card: ``BindingPolicy/secureElementsOfCardMax`` at most.
    func bindings(of card: CardAccountReference) throws(IssuingError) -> [CardBinding]
    func usedAssertion(_ name: String, of wallet: String) throws(IssuingError) -> UsedAssertion?

    func tokenCounter(_ token: String, of card: CardAccountReference) throws(IssuingError) -> Int?
    func transaction(_ name: TransactionName) throws(IssuingError) -> PaymentTransaction?
    /// The newest of a card, or of all cards.
    func transactions(of card: CardAccountReference?, limit: Int) throws(IssuingError) -> [PaymentTransaction]

    func keptAnswer(scope: String, key: String) throws(IssuingError) -> KeptAnswer?
    func credential(digest: [UInt8]) throws(IssuingError) -> IssuerCredential?
    /// The newest, at most `limit`.
    func auditEntries(limit: Int) throws(IssuingError) -> [IssuerAuditEntry]
}

/// A transaction that is open.
public protocol IssuerTransaction: IssuerRecords {
    func apply(_ change: IssuerChange) throws(IssuingError)
}

/// One durable change.
public enum IssuerChange: Sendable {
    /// Inserts or replaces by name.
    case putWallet(WalletPlatform)
    case insertCardholder(Cardholder)
    case insertCard(CardAccount)
    case updateCard(CardAccount)
    /// Inserts or replaces by id.
    case putVerification(Verification)
    /// Inserts or replaces by subject.
    case putAttempts(AttemptCounter)
    /// Inserts or replaces by card and user.
    case putRecognizedUser(RecognizedUser)
    case insertPendingMessage(PendingMessage)
    /// Nothing happens when it is gone.
    case deletePendingMessage(VerificationID)
    case insertBinding(CardBinding)
    case deleteBinding(BindingID)
    /// Inserts or replaces by wallet and name.
    case putUsedAssertion(UsedAssertion)
    /// Inserts or replaces by card and token.
    case putTokenCounter(card: CardAccountReference, token: String, counter: Int)
    /// Inserts or replaces by name.
    case putTransaction(PaymentTransaction)
    case insertKeptAnswer(KeptAnswer)
    case insertCredential(IssuerCredential)
    /// From `at` on none of the holder's credentials opens anything; those revoked before stay as they are.
    case revokeCredentials(of: IssuerCredential.Holder, at: Int64)
    case audit(IssuerAuditEntry)
    /// Forgets what is over since before `time`: kept answers, audit lines, verifications, counters of attempts. And what
    /// has expired at `now`: assertions, messages.
    case forget(before: Int64, now: Int64)
}

/// What is kept of a request so that its repetition gets the first answer.
public struct KeptAnswer: Hashable, Sendable, Codable {
    /// Whose key it is.
    public var scope: String
    public var key: String
    /// SHA-256 of what was asked.
    public var requestDigest: [UInt8]
    /// The first answer, sealed in the context of scope and key.
    public var sealedAnswer: [UInt8]
    public var createdAt: Int64

    public init(scope: String, key: String, requestDigest: [UInt8], sealedAnswer: [UInt8], createdAt: Int64) {
        self.scope = scope
        self.key = key
        self.requestDigest = requestDigest
        self.sealedAnswer = sealedAnswer
        self.createdAt = createdAt
    }
}

/// An access credential: only the digest of the bearer secret is kept.
public struct IssuerCredential: Hashable, Sendable, Codable {
    public enum Holder: Hashable, Sendable, Codable {
        case wallet(name: String)
        case `operator`(name: String)
    }

    /// SHA-256 of the bearer secret.
    public var digest: [UInt8]
    public var holder: Holder
    public var createdAt: Int64
    public var revokedAt: Int64?

    public init(digest: [UInt8], holder: Holder, createdAt: Int64, revokedAt: Int64? = nil) {
        self.digest = digest
        self.holder = holder
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// One line of the audit trail. No number, name or password stands in it.
public struct IssuerAuditEntry: Hashable, Sendable, Codable {
    public var at: Int64
    /// `operator:NAME`, `wallet:NAME` or `device`.
    public var actor: String
    public var action: String
    public var card: CardAccountReference?
    public var detail: String

    public init(at: Int64, actor: String, action: String, card: CardAccountReference?, detail: String) {
        self.at = at
        self.actor = actor
        self.action = action
        self.card = card
        self.detail = detail
    }
}
