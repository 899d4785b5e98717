public import ISO7816

/// Everything durable of the central TSM: reads, and changes committed together or not at all.
///
/// Two implementations are meant: SQLite, and PostgreSQL beside it.
public protocol DirectoryStore: Sendable {
    func mobileNetworks() async throws(StoreError) -> [MobileNetworkRecord]
    func mobileNetwork(_ name: String) async throws(StoreError) -> MobileNetworkRecord?

    func serviceProviders() async throws(StoreError) -> [ServiceProviderRecord]
    func serviceProvider(_ id: ServiceProviderID) async throws(StoreError) -> ServiceProviderRecord?

    func services() async throws(StoreError) -> [ServiceDefinition]
    func service(_ identifier: ServiceIdentifier) async throws(StoreError) -> ServiceDefinition?

    func secureElement(_ id: SecureElementIdentifier) async throws(StoreError) -> SecureElementRecord?
    func secureElement(of msi: MobileSubscriptionIdentifier) async throws(StoreError) -> SecureElementIdentifier?
    /// A page of secure elements ordered by identifier, after `id`, at most `limit` of them.
    func secureElements(after id: SecureElementIdentifier?, limit: Int) async throws(StoreError)
        -> [SecureElementRecord]
    func subscriptions(of id: SecureElementIdentifier) async throws(StoreError) -> [SubscriptionRecord]

    /// The dossier of a subscription's secure element for one provider, all from one state of the directory; `nil` when
    /// no secure element is known for the subscription.
    ///
    /// - Throws: `.missing` when the provider is not registered.
    func dossier(
        of msi: MobileSubscriptionIdentifier, for provider: ServiceProviderID
    ) async throws(StoreError) -> CardDossier?

    func securityDomain(
        on secureElement: SecureElementIdentifier, of provider: ServiceProviderID
    ) async throws(StoreError) -> SecurityDomainRecord?
    func securityDomains(on secureElement: SecureElementIdentifier) async throws(StoreError) -> [SecurityDomainRecord]

    func serviceInstance(
        on secureElement: SecureElementIdentifier, service: ServiceIdentifier, qualifier: ServiceQualifier
    ) async throws(StoreError) -> ServiceInstanceRecord?
    func serviceInstances(on secureElement: SecureElementIdentifier) async throws(StoreError) -> [ServiceInstanceRecord]

    func communication(_ id: CommunicationID) async throws(StoreError) -> Communication?
    /// The newest communications, at most `limit`.
    func communications(limit: Int) async throws(StoreError) -> [Communication]

    func execution(_ number: ExecutionNumber) async throws(StoreError) -> Execution?
    /// Executions that are not settled, oldest first; of one secure element or of all.
    func unsettledExecutions(on secureElement: SecureElementIdentifier?) async throws(StoreError) -> [Execution]
    /// The newest executions, at most `limit`.
    func executions(limit: Int) async throws(StoreError) -> [Execution]

    func delegationPolicies() async throws(StoreError) -> [DelegationPolicy]
    func delegationPolicy(of provider: ServiceProviderID) async throws(StoreError) -> DelegationPolicy?
    func cardDelegation(on secureElement: SecureElementIdentifier) async throws(StoreError) -> CardDelegation?
    /// By AID.
    func delegatedContent(on secureElement: SecureElementIdentifier) async throws(StoreError) -> [DelegatedContent]
    func approval(_ id: ApprovalID) async throws(StoreError) -> Approval?
    /// The one whose tokens are out; there is one at most.
    func openApproval(on secureElement: SecureElementIdentifier) async throws(StoreError) -> Approval?
    /// The newest approvals, at most `limit`.
    func approvals(limit: Int) async throws(StoreError) -> [Approval]

    func idempotencyRecord(scope: String, key: String) async throws(StoreError) -> IdempotencyRecord?

    /// The newest audit entries, at most `limit`.
    func auditEntries(limit: Int) async throws(StoreError) -> [AuditEntry]

    /// The credential whose SHA-256 is `digest`.
    func credential(digest: [UInt8]) async throws(StoreError) -> CredentialRecord?
    /// A page of credentials ordered by digest, after `digest`, at most `limit` of them.
    func credentials(after digest: [UInt8]?, limit: Int) async throws(StoreError) -> [CredentialRecord]
    /// The operators' credentials that have not been revoked.
    func operatorCredentialsInForce() async throws(StoreError) -> [CredentialRecord]

    /// By master key index.
    func cardBatches() async throws(StoreError) -> [CardBatchRecord]

    /// Commits all changes durably, or none.
    func commit(_ changes: [StoreChange]) async throws(StoreError)

    /// Inserts the execution with the next number and, in the same transaction, the changes that it begins with.
    ///
    /// - Returns: the number. The closure builds the accompanying changes from it.
    func begin(
        _ execution: Execution, _ changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(StoreError) -> ExecutionNumber
}

/// One durable change.
public enum StoreChange: Sendable {
    case insertMobileNetwork(MobileNetworkRecord)
    case insertServiceProvider(ServiceProviderRecord)
    case insertService(ServiceDefinition)
    case insertCardBatch(CardBatchRecord)
    case insertSecureElement(SecureElementRecord)
    case updateSecureElement(SecureElementRecord)
    case insertSubscription(SubscriptionRecord)
    case deleteSubscription(MobileSubscriptionIdentifier)
    /// Inserts or replaces by (secure element, provider).
    case putSecurityDomain(SecurityDomainRecord)
    case deleteSecurityDomain(SecureElementIdentifier, ServiceProviderID)
    /// Inserts or replaces by (secure element, service, qualifier).
    case putServiceInstance(ServiceInstanceRecord)
    case deleteServiceInstance(SecureElementIdentifier, ServiceIdentifier, ServiceQualifier)
    /// Inserts or replaces by id.
    case putCommunication(Communication)
    /// Changes nothing when the execution is settled already and this one is not: two may write at the same time.
    case updateExecution(Execution)
    /// Inserts or replaces by provider.
    case putDelegationPolicy(DelegationPolicy)
    /// Inserts or replaces by secure element.
    case putCardDelegation(CardDelegation)
    /// Inserts or replaces by (secure element, AID).
    case putDelegatedContent(DelegatedContent)
    case deleteDelegatedContent(SecureElementIdentifier, AID)
    /// Inserts or replaces by id.
    case putApproval(Approval)
    /// Inserts or replaces by (scope, key).
    case putIdempotencyRecord(IdempotencyRecord)
    case insertCredential(CredentialRecord)
    case revokeCredential(digest: [UInt8], at: Int64)
    case audit(AuditEntry)
    /// Forgets what is over and older than `time`: settled executions, communications without an open execution, kept
    /// answers, audit lines. The directory itself, and whatever is open, stays.
    case forget(before: Int64)
}

/// Why the store could not do it.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Such an entry exists already; the kind and its key are named.
    case duplicate(kind: String, key: String)
    /// The entry to be updated is not there.
    case missing(kind: String, key: String)
    /// The database failed; the text is for the log, not for a client.
    case failed(String)

    public var description: String {
        switch self {
        case .duplicate(let kind, let key): "\(kind) \(key) exists already"
        case .missing(let kind, let key): "\(kind) \(key) does not exist"
        case .failed(let reason): "the store failed: \(reason)"
        }
    }
}

/// An access credential: only the digest of the bearer secret is kept.
public struct CredentialRecord: Hashable, Sendable, Codable {
    public enum Holder: Hashable, Sendable, Codable {
        case serviceProvider(ServiceProviderID)
        case `operator`(name: String)
        case agent(SecureElementIdentifier)
    }

    /// SHA-256 of the secret, which has 256 bits of randomness.
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
