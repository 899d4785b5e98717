import Storage
import Synchronization
import TrustedServiceManager

/// A store whose server dies at one of its writes: before the write is committed, or when it is and nobody knows yet.
struct CuttingStore: DirectoryStore {
    let store: SQLiteStore
    let cut: CommitCut

    func commit(_ changes: [StoreChange]) async throws(StoreError) {
        try await cutting { () async throws(StoreError) in try await store.commit(changes) }
    }

    func begin(
        _ execution: Execution, _ changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(StoreError) -> ExecutionNumber {
        try await cutting { () async throws(StoreError) in try await store.begin(execution, changes) }
    }

    private func cutting<Result>(
        _ write: () async throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        switch cut.next() {
        case nil:
            return try await write()
        case .beforeCommit:
            await cut.killServer()
            throw .failed("the server was killed before the commit")
        case .afterCommit:
            _ = try await write()
            await cut.killServer()
            throw .failed("the server was killed after the commit")
        }
    }
}

/// Strikes once, at one write.
final class CommitCut: Sendable {
    enum Moment: String, CaseIterable, Sendable { case beforeCommit, afterCommit }

    private let state: Mutex<(writes: Int, target: Int?, moment: Moment)>
    private let kill = Mutex<(@Sendable () async -> Void)?>(nil)

    /// - Parameter write: counted from 0 after ``arm(_:)``; `nil` never strikes.
    init(write: Int?, moment: Moment) { state = Mutex((0, write, moment)) }

    /// From now on writes count.
    func arm(_ kill: @escaping @Sendable () async -> Void) { self.kill.withLock { $0 = kill } }

    var writes: Int { state.withLock(\.writes) }

    fileprivate func next() -> Moment? {
        guard kill.withLock({ $0 != nil }) else { return nil }
        return state.withLock { state in
            defer { state.writes += 1 }
            guard state.target == state.writes else { return nil }
            state.target = nil
            return state.moment
        }
    }

    fileprivate func killServer() async { await kill.withLock { $0 }?() }
}

// MARK: - Reads

extension CuttingStore {
    func mobileNetworks() async throws(StoreError) -> [MobileNetworkRecord] { try await store.mobileNetworks() }
    func mobileNetwork(_ name: String) async throws(StoreError) -> MobileNetworkRecord? {
        try await store.mobileNetwork(name)
    }
    func serviceProviders() async throws(StoreError) -> [ServiceProviderRecord] { try await store.serviceProviders() }
    func serviceProvider(_ id: ServiceProviderID) async throws(StoreError) -> ServiceProviderRecord? {
        try await store.serviceProvider(id)
    }
    func services() async throws(StoreError) -> [ServiceDefinition] { try await store.services() }
    func service(_ identifier: ServiceIdentifier) async throws(StoreError) -> ServiceDefinition? {
        try await store.service(identifier)
    }
    func secureElement(_ id: SecureElementIdentifier) async throws(StoreError) -> SecureElementRecord? {
        try await store.secureElement(id)
    }
    func secureElement(of msi: MobileSubscriptionIdentifier) async throws(StoreError) -> SecureElementIdentifier? {
        try await store.secureElement(of: msi)
    }
    func secureElements(
        after id: SecureElementIdentifier?, limit: Int
    ) async throws(StoreError) -> [SecureElementRecord] { try await store.secureElements(after: id, limit: limit) }
    func subscriptions(of id: SecureElementIdentifier) async throws(StoreError) -> [SubscriptionRecord] {
        try await store.subscriptions(of: id)
    }
    func dossier(
        of msi: MobileSubscriptionIdentifier, for provider: ServiceProviderID
    ) async throws(StoreError) -> CardDossier? { try await store.dossier(of: msi, for: provider) }
    func securityDomain(
        on secureElement: SecureElementIdentifier, of provider: ServiceProviderID
    ) async throws(StoreError) -> SecurityDomainRecord? {
        try await store.securityDomain(on: secureElement, of: provider)
    }
    func securityDomains(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [SecurityDomainRecord] { try await store.securityDomains(on: secureElement) }
    func serviceInstance(
        on secureElement: SecureElementIdentifier, service: ServiceIdentifier, qualifier: ServiceQualifier
    ) async throws(StoreError) -> ServiceInstanceRecord? {
        try await store.serviceInstance(on: secureElement, service: service, qualifier: qualifier)
    }
    func serviceInstances(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [ServiceInstanceRecord] { try await store.serviceInstances(on: secureElement) }
    func communication(_ id: CommunicationID) async throws(StoreError) -> Communication? {
        try await store.communication(id)
    }
    func communications(limit: Int) async throws(StoreError) -> [Communication] {
        try await store.communications(limit: limit)
    }
    func execution(_ number: ExecutionNumber) async throws(StoreError) -> Execution? {
        try await store.execution(number)
    }
    func unsettledExecutions(on secureElement: SecureElementIdentifier?) async throws(StoreError) -> [Execution] {
        try await store.unsettledExecutions(on: secureElement)
    }
    func executions(limit: Int) async throws(StoreError) -> [Execution] { try await store.executions(limit: limit) }
    func idempotencyRecord(scope: String, key: String) async throws(StoreError) -> IdempotencyRecord? {
        try await store.idempotencyRecord(scope: scope, key: key)
    }
    func auditEntries(limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await store.auditEntries(limit: limit)
    }
    func delegationPolicies() async throws(StoreError) -> [DelegationPolicy] { try await store.delegationPolicies() }
    func delegationPolicy(of provider: ServiceProviderID) async throws(StoreError) -> DelegationPolicy? {
        try await store.delegationPolicy(of: provider)
    }
    func cardDelegation(on secureElement: SecureElementIdentifier) async throws(StoreError) -> CardDelegation? {
        try await store.cardDelegation(on: secureElement)
    }
    func delegatedContent(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [DelegatedContent] { try await store.delegatedContent(on: secureElement) }
    func approval(_ id: ApprovalID) async throws(StoreError) -> Approval? { try await store.approval(id) }
    func openApproval(on secureElement: SecureElementIdentifier) async throws(StoreError) -> Approval? {
        try await store.openApproval(on: secureElement)
    }
    func approvals(limit: Int) async throws(StoreError) -> [Approval] { try await store.approvals(limit: limit) }
    func credentials(after digest: [UInt8]?, limit: Int) async throws(StoreError) -> [CredentialRecord] {
        try await store.credentials(after: digest, limit: limit)
    }
    func operatorCredentialsInForce() async throws(StoreError) -> [CredentialRecord] {
        try await store.operatorCredentialsInForce()
    }
    func cardBatches() async throws(StoreError) -> [CardBatchRecord] { try await store.cardBatches() }
    func credential(digest: [UInt8]) async throws(StoreError) -> CredentialRecord? {
        try await store.credential(digest: digest)
    }
}
