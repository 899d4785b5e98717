import Synchronization
import Wallet

/// A wallet's store that is looked at after every commit, and around one of whose commits the wallet's server dies.
final class WatchedWalletStore: WalletStore {
    enum Moment: String, CaseIterable, Sendable { case beforeCommit, afterCommit }

    private struct State {
        var commits = 0
        var target: (commit: Int, moment: Moment)?
        var hasStruck = false
        /// The server is dead: nothing is written until it is started again.
        var isDead = false
    }

    let inner: any WalletStore
    private let state: Mutex<State>
    private let watch = Mutex<(@Sendable () async -> Void)?>(nil)

    /// - Parameter target: the commit that is cut, counted from 0.
    init(_ inner: any WalletStore, cutAt target: (commit: Int, moment: Moment)? = nil) {
        self.inner = inner
        state = Mutex(State(target: target))
    }

    var commits: Int { state.withLock(\.commits) }
    var hasStruck: Bool { state.withLock(\.hasStruck) }
    func restart() { state.withLock { $0.isDead = false } }
    func afterCommit(_ body: @escaping @Sendable () async -> Void) { watch.withLock { $0 = body } }

    func commit(_ changes: [WalletChange]) async throws(WalletStoreError) {
        let moment: Moment?
        do {
            moment = try state.withLock { state in
                guard !state.isDead else { throw WalletStoreError.failed("the wallet's server is dead") }
                defer { state.commits += 1 }
                guard let target = state.target, target.commit == state.commits else { return nil }
                (state.hasStruck, state.isDead) = (true, true)
                return target.moment
            }
        } catch {
            throw .failed("the wallet's server is dead")
        }
        if moment == .beforeCommit { throw .failed("killed before the commit") }
        try await inner.commit(changes)
        if let watch = watch.withLock({ $0 }) { await watch() }
        if moment == .afterCommit { throw .failed("killed after the commit") }
    }
}

// MARK: - Reads

extension WatchedWalletStore {
    func account(_ id: UserID) async throws(WalletStoreError) -> Account? { try await inner.account(id) }
    func account(named login: LoginName) async throws(WalletStoreError) -> Account? {
        try await inner.account(named: login)
    }
    func device(_ id: DeviceID) async throws(WalletStoreError) -> Device? { try await inner.device(id) }
    func devices(of user: UserID) async throws(WalletStoreError) -> [Device] { try await inner.devices(of: user) }
    func session(_ id: SessionID) async throws(WalletStoreError) -> Session? { try await inner.session(id) }
    func session(digest: [UInt8]) async throws(WalletStoreError) -> Session? { try await inner.session(digest: digest) }
    func sessions(of user: UserID) async throws(WalletStoreError) -> [Session] { try await inner.sessions(of: user) }
    func card(_ reference: CardReference) async throws(WalletStoreError) -> Card? { try await inner.card(reference) }
    func cards(of user: UserID) async throws(WalletStoreError) -> [Card] { try await inner.cards(of: user) }
    func cards(after reference: CardReference?, limit: Int) async throws(WalletStoreError) -> [Card] {
        try await inner.cards(after: reference, limit: limit)
    }
    func card(of user: UserID, lookupTag: [UInt8]) async throws(WalletStoreError) -> Card? {
        try await inner.card(of: user, lookupTag: lookupTag)
    }
    func credential(_ id: CredentialID) async throws(WalletStoreError) -> Credential? { try await inner.credential(id) }
    func credentials(of user: UserID) async throws(WalletStoreError) -> [Credential] {
        try await inner.credentials(of: user)
    }
    func credentials(of card: CardReference) async throws(WalletStoreError) -> [Credential] {
        try await inner.credentials(of: card)
    }
    func credentials(on secureElement: SecureElementName) async throws(WalletStoreError) -> [Credential] {
        try await inner.credentials(on: secureElement)
    }
    func credentials(in states: [Credential.State], limit: Int) async throws(WalletStoreError) -> [Credential] {
        try await inner.credentials(in: states, limit: limit)
    }
    func cards(of issuer: IssuerName, issuerCardReference: String) async throws(WalletStoreError) -> [Card] {
        try await inner.cards(of: issuer, issuerCardReference: issuerCardReference)
    }
    func credentialsOutOfStep(limit: Int) async throws(WalletStoreError) -> [Credential] {
        try await inner.credentialsOutOfStep(limit: limit)
    }
    func migration(_ id: MigrationID) async throws(WalletStoreError) -> Migration? { try await inner.migration(id) }
    func migrations(of user: UserID) async throws(WalletStoreError) -> [Migration] {
        try await inner.migrations(of: user)
    }
    func unfinishedMigrations(limit: Int) async throws(WalletStoreError) -> [Migration] {
        try await inner.unfinishedMigrations(limit: limit)
    }
    func token(_ reference: TokenReference) async throws(WalletStoreError) -> Token? {
        try await inner.token(reference)
    }
    func token(_ number: TokenNumber) async throws(WalletStoreError) -> Token? { try await inner.token(number) }
    func tokens(of credential: CredentialID) async throws(WalletStoreError) -> [Token] {
        try await inner.tokens(of: credential)
    }
    func payment(of acquirer: AcquirerName, transaction: String) async throws(WalletStoreError) -> PaymentRecord? {
        try await inner.payment(of: acquirer, transaction: transaction)
    }
    func payments(of user: UserID, limit: Int) async throws(WalletStoreError) -> [PaymentRecord] {
        try await inner.payments(of: user, limit: limit)
    }
    func unsettledPayments(limit: Int) async throws(WalletStoreError) -> [PaymentRecord] {
        try await inner.unsettledPayments(limit: limit)
    }
    func idempotencyRecord(scope: String, key: String) async throws(WalletStoreError) -> IdempotencyRecord? {
        try await inner.idempotencyRecord(scope: scope, key: key)
    }
    func auditEntries(
        of user: UserID, action: String, after time: Int64, limit: Int
    ) async throws(WalletStoreError) -> [AuditEntry] {
        try await inner.auditEntries(of: user, action: action, after: time, limit: limit)
    }
    func auditEntries(of user: UserID?, limit: Int) async throws(WalletStoreError) -> [AuditEntry] {
        try await inner.auditEntries(of: user, limit: limit)
    }
}
