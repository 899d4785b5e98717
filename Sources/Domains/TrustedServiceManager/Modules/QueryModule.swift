/// The query module of Fig. 9: answers what the directory knows.
struct QueryModule: Sendable {
    let store: any DirectoryStore

    typealias CardFile = CardDossier

    func identifier(of msi: MobileSubscriptionIdentifier) async throws(TSMError) -> SecureElementIdentifier {
        guard let id = try await stored({ () async throws(StoreError) in try await store.secureElement(of: msi) })
        else {
            throw .notFound(field: "msi", reason: "no secure element is known for this subscription")
        }
        return id
    }

    func secureElement(_ id: SecureElementIdentifier) async throws(TSMError) -> SecureElementRecord {
        guard let record = try await stored({ () async throws(StoreError) in try await store.secureElement(id) }) else {
            throw .notFound(field: "seId", reason: "this secure element is not registered")
        }
        return record
    }

    /// The secure element, which must belong to the subscription (TSM-03).
    func secureElement(
        _ id: SecureElementIdentifier, of msi: MobileSubscriptionIdentifier
    ) async throws(TSMError) -> SecureElementRecord {
        let record = try await secureElement(id)
        let known = try await stored { () async throws(StoreError) in try await store.secureElement(of: msi) }
        guard known == id else {
            throw .mismatch(field: "msi", reason: "the subscription does not belong to this secure element")
        }
        return record
    }

    func file(
        of secureElement: SecureElementRecord, for id: ServiceProviderID
    ) async throws(TSMError) -> CardFile {
        let (provider, domain, instances, policy) = try await stored { () async throws(StoreError) in
            (
                try await store.serviceProvider(id),
                try await store.securityDomain(on: secureElement.id, of: id),
                try await store.serviceInstances(on: secureElement.id),
                try await store.delegationPolicy(of: id)
            )
        }
        guard let provider else {
            throw .notFound(field: "provider", reason: "the service provider is not registered")
        }
        return CardFile(
            secureElement: secureElement, provider: provider, securityDomain: domain, instances: instances,
            delegationPolicy: policy)
    }

    /// The dossier of the subscription's secure element, which must be `id` where one is named (TSM-03).
    func file(
        of msi: MobileSubscriptionIdentifier, _ id: SecureElementIdentifier?, for provider: ServiceProviderID
    ) async throws(TSMError) -> CardFile {
        let found: CardFile?
        do throws(StoreError) {
            found = try await store.dossier(of: msi, for: provider)
        } catch .missing {
            throw .notFound(field: "provider", reason: "the service provider is not registered")
        } catch {
            throw TSMError(error)
        }
        if let id, found?.secureElement.id != id { _ = try await secureElement(id, of: msi) }
        guard let found else {
            throw .notFound(field: "msi", reason: "no secure element is known for this subscription")
        }
        return found
    }

    func service(_ identifier: ServiceIdentifier) async throws(TSMError) -> ServiceDefinition {
        guard let definition = try await stored({ () async throws(StoreError) in try await store.service(identifier) })
        else { throw .notFound(field: "service", reason: "service \(identifier) is not registered") }
        return definition
    }

    /// A communication of this provider; another's is as unknown as none (TSM-09).
    func communication(
        _ id: CommunicationID, of provider: ServiceProviderID
    ) async throws(TSMError) -> Communication {
        let found = try await stored { () async throws(StoreError) in try await store.communication(id) }
        guard let found, found.provider == provider else {
            throw .notFound(field: "communicationId", reason: "no such communication; begin one")
        }
        return found
    }
}
