/// Where the wallet keeps what it knows. All changes of one commit take effect together, or none does.
///
/// A record with revision 0 is inserted; any other replaces the stored one of the same revision, and what is stored has a
/// revision one higher (``RevisedRecord/committed``).
public protocol WalletStore: Sendable {
    /// - Throws: ``WalletStoreError``; nothing is changed then.
    func commit(_ changes: [WalletChange]) async throws(WalletStoreError)

    // Accounts
    func account(_ id: UserID) async throws(WalletStoreError) -> Account?
    func account(named login: LoginName) async throws(WalletStoreError) -> Account?
    func device(_ id: DeviceID) async throws(WalletStoreError) -> Device?
    /// Removed ones included, in order of creation.
    func devices(of user: UserID) async throws(WalletStoreError) -> [Device]
    func session(_ id: SessionID) async throws(WalletStoreError) -> Session?
    func session(digest: [UInt8]) async throws(WalletStoreError) -> Session?
    /// In order of creation.
    func sessions(of user: UserID) async throws(WalletStoreError) -> [Session]

    // Cards
    func card(_ reference: CardReference) async throws(WalletStoreError) -> Card?
    /// In order of creation; removed ones included.
    func cards(of user: UserID) async throws(WalletStoreError) -> [Card]
    /// By reference, removed ones included: a page of all there are.
    func cards(after reference: CardReference?, limit: Int) async throws(WalletStoreError) -> [Card]
    /// The one that is not removed.
    func card(of user: UserID, lookupTag: [UInt8]) async throws(WalletStoreError) -> Card?
    /// An issuer's own name of a card, in whose wallets it is; not those that are removed. By reference.
    func cards(
        of issuer: IssuerName, issuerCardReference: String
    ) async throws(WalletStoreError) -> [Card]
    func credential(_ id: CredentialID) async throws(WalletStoreError) -> Credential?
    /// In order of creation, as in all that follow.
    func credentials(of user: UserID) async throws(WalletStoreError) -> [Credential]
    func credentials(of card: CardReference) async throws(WalletStoreError) -> [Credential]
    func credentials(on secureElement: SecureElementName) async throws(WalletStoreError) -> [Credential]
    func credentials(
        in states: [Credential.State], limit: Int
    ) async throws(WalletStoreError) -> [Credential]
    /// Those with ``Credential/isOutOfStep``.
    func credentialsOutOfStep(limit: Int) async throws(WalletStoreError) -> [Credential]
    func migration(_ id: MigrationID) async throws(WalletStoreError) -> Migration?
    func migrations(of user: UserID) async throws(WalletStoreError) -> [Migration]
    func unfinishedMigrations(limit: Int) async throws(WalletStoreError) -> [Migration]

    // Tokens and payments
    func token(_ reference: TokenReference) async throws(WalletStoreError) -> Token?
    func token(_ number: TokenNumber) async throws(WalletStoreError) -> Token?
    func tokens(of credential: CredentialID) async throws(WalletStoreError) -> [Token]
    func payment(
        of acquirer: AcquirerName, transaction: String
    ) async throws(WalletStoreError) -> PaymentRecord?
    /// Newest first.
    func payments(of user: UserID, limit: Int) async throws(WalletStoreError) -> [PaymentRecord]
    /// Oldest first.
    func unsettledPayments(limit: Int) async throws(WalletStoreError) -> [PaymentRecord]

    // Journal
    func idempotencyRecord(scope: String, key: String) async throws(WalletStoreError) -> IdempotencyRecord?
    /// Newest first: what one user has done of one kind since.
    func auditEntries(
        of user: UserID, action: String, after time: Int64, limit: Int
    ) async throws(WalletStoreError) -> [AuditEntry]
    /// Newest first; of one user, or of all.
    func auditEntries(of user: UserID?, limit: Int) async throws(WalletStoreError) -> [AuditEntry]
}

/// One change of what is stored.
public enum WalletChange: Sendable {
    case account(Account)
    case device(Device)
    case session(Session)
    case card(Card)
    case credential(Credential)
    case token(Token)
    case migration(Migration)
    case payment(PaymentRecord)
    case idempotency(IdempotencyRecord)
    case audit(AuditEntry)
    /// Sessions that are over, kept answers, settled payments and audit entries from before a time.
    case forget(before: Int64)
}

/// Why the store could not do it.
public enum WalletStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Somebody else has changed the record since it was read: read again.
    case conflict(kind: String, key: String)
    /// Such a record exists already.
    case duplicate(kind: String, key: String)
    /// The record to be replaced, or one that another names, is not there.
    case missing(kind: String, key: String)
    /// The database failed; the text is for the log, not for a client.
    case failed(String)

    public var description: String {
        switch self {
        case .conflict(let kind, let key): "\(kind) \(key) was changed meanwhile"
        case .duplicate(let kind, let key): "\(kind) \(key) exists already"
        case .missing(let kind, let key): "\(kind) \(key) does not exist"
        case .failed(let reason): "the store failed: \(reason)"
        }
    }
}
