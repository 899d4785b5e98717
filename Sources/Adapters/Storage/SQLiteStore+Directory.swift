import GRDB
public import TrustedServiceManager

extension SQLiteStore {
    public func mobileNetworks() async throws(StoreError) -> [MobileNetworkRecord] {
        try await readers.read { try Tables.mobileNetworks.all("ORDER BY name", in: $0) }
    }

    public func mobileNetwork(_ name: String) async throws(StoreError) -> MobileNetworkRecord? {
        try await readers.read { try Tables.mobileNetworks.one([name], in: $0) }
    }

    public func serviceProviders() async throws(StoreError) -> [ServiceProviderRecord] {
        try await readers.read { try Tables.serviceProviders.all("ORDER BY id", in: $0) }
    }

    public func serviceProvider(_ id: ServiceProviderID) async throws(StoreError) -> ServiceProviderRecord? {
        try await readers.read { try Tables.serviceProviders.one([id.rawValue], in: $0) }
    }

    public func services() async throws(StoreError) -> [ServiceDefinition] {
        try await readers.read { try Tables.services.all("ORDER BY number, version", in: $0) }
    }

    public func service(_ identifier: ServiceIdentifier) async throws(StoreError) -> ServiceDefinition? {
        try await readers.read { try Tables.services.one([identifier.number, identifier.version], in: $0) }
    }

    public func cardBatches() async throws(StoreError) -> [CardBatchRecord] {
        try await readers.read { try Tables.cardBatches.all("ORDER BY master_key", in: $0) }
    }

    public func secureElement(_ id: SecureElementIdentifier) async throws(StoreError) -> SecureElementRecord? {
        try await readers.read { try Tables.secureElements.one([id.description], in: $0) }
    }

    public func secureElement(
        of msi: MobileSubscriptionIdentifier
    ) async throws(StoreError) -> SecureElementIdentifier? {
        try await readers.read { try Tables.subscriptions.one([msi.kind.rawValue, msi.value], in: $0)?.secureElement }
    }

    public func secureElements(
        after id: SecureElementIdentifier?, limit: Int
    ) async throws(StoreError) -> [SecureElementRecord] {
        try await readers.read {
            try Tables.secureElements.all(
                "WHERE id > ? ORDER BY id LIMIT ?", [id?.description ?? "", Self.pageEntries(limit)], in: $0)
        }
    }

    public func subscriptions(of id: SecureElementIdentifier) async throws(StoreError) -> [SubscriptionRecord] {
        try await readers.read {
            try Tables.subscriptions.all("WHERE secure_element = ? ORDER BY kind, value", [id.description], in: $0)
        }
    }

    public func securityDomain(
        on secureElement: SecureElementIdentifier, of provider: ServiceProviderID
    ) async throws(StoreError) -> SecurityDomainRecord? {
        try await readers.read {
            try Tables.securityDomains.one([secureElement.description, provider.rawValue], in: $0)
        }
    }

    public func securityDomains(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [SecurityDomainRecord] {
        try await readers.read {
            try Tables.securityDomains.all(
                "WHERE secure_element = ? ORDER BY provider", [secureElement.description], in: $0)
        }
    }

    public func serviceInstance(
        on secureElement: SecureElementIdentifier, service: ServiceIdentifier, qualifier: ServiceQualifier
    ) async throws(StoreError) -> ServiceInstanceRecord? {
        try await readers.read {
            try Tables.serviceInstances.one(
                ServiceInstanceRecord.key(secureElement, service, qualifier), in: $0)
        }
    }

    public func serviceInstances(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [ServiceInstanceRecord] {
        try await readers.read { try Self.instances(on: secureElement, in: $0) }
    }

    public func dossier(
        of msi: MobileSubscriptionIdentifier, for provider: ServiceProviderID
    ) async throws(StoreError) -> CardDossier? {
        try await connections.readOneState { database in
            let key: [Column] = [msi.kind.rawValue, msi.value]
            guard let id = try Tables.subscriptions.one(key, in: database)?.secureElement,
                let element = try Tables.secureElements.one([id.description], in: database)
            else { return nil }
            guard let owner = try Tables.serviceProviders.one([provider.rawValue], in: database) else {
                throw StoreError.missing(kind: "service provider", key: provider.rawValue)
            }
            return CardDossier(
                secureElement: element, provider: owner,
                securityDomain: try Tables.securityDomains.one([id.description, provider.rawValue], in: database),
                instances: try Self.instances(on: id, in: database),
                delegationPolicy: try Tables.delegationPolicies.one([provider.rawValue], in: database))
        }
    }

    private static func instances(
        on secureElement: SecureElementIdentifier, in database: Database
    ) throws -> [ServiceInstanceRecord] {
        try Tables.serviceInstances.all(
            """
            WHERE secure_element = ?
            ORDER BY service_number, service_version, provider_name, payment_reference_number
            """, [secureElement.description], in: database)
    }

    /// `limit` within 0 and ``pageEntriesMax``.
    static func pageEntries(_ limit: Int) -> Int { min(max(limit, 0), pageEntriesMax) }
}
