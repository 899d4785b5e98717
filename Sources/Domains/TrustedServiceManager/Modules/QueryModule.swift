/// The query module of Fig. 9: answers what the directory knows.
struct QueryModule: Sendable {
    let store: any DirectoryStore

    /// Everything about one secure element and one provider that planning needs, in one go.
    struct CardFile: Sendable {
        var secureElement: SecureElementRecord
        var provider: ServiceProviderRecord
        var securityDomain: SecurityDomainRecord?
        var instances: [ServiceInstanceRecord]

        /// The provider's own instance for a service, if there is one.
        func instance(of service: ServiceIdentifier, _ qualifier: ServiceQualifier) -> ServiceInstanceRecord? {
            instances.first { $0.provider == provider.id && $0.service == service && $0.qualifier == qualifier }
        }
    }

    func identifier(of msi: MobileSubscriptionIdentifier) async throws(TSMError) -> SecureElementIdentifier {
        do {
            if let id = try await store.secureElement(of: msi) { return id }
        } catch {
            throw TSMError(error)
        }
        throw .notFound(field: "msi", reason: "no secure element is known for this subscription")
    }

    /// The secure element, which must belong to the subscription (TSM-03).
    func secureElement(
        _ id: SecureElementIdentifier, of msi: MobileSubscriptionIdentifier
    ) async throws(TSMError) -> SecureElementRecord {
        do {
            guard let record = try await store.secureElement(id) else {
                throw TSMError.notFound(field: "seId", reason: "this secure element is not registered")
            }
            guard try await store.secureElement(of: msi) == id else {
                throw TSMError.mismatch(field: "msi", reason: "the subscription does not belong to this secure element")
            }
            return record
        } catch let error as TSMError {
            throw error
        } catch let error as StoreError {
            throw TSMError(error)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    func file(
        of secureElement: SecureElementRecord, for provider: ServiceProviderID
    ) async throws(TSMError) -> CardFile {
        do {
            guard let provider = try await store.serviceProvider(provider) else {
                throw TSMError.notFound(field: "provider", reason: "the service provider is not registered")
            }
            return CardFile(
                secureElement: secureElement, provider: provider,
                securityDomain: try await store.securityDomain(on: secureElement.id, of: provider.id),
                instances: try await store.serviceInstances(on: secureElement.id))
        } catch let error as TSMError {
            throw error
        } catch let error as StoreError {
            throw TSMError(error)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    func service(_ identifier: ServiceIdentifier) async throws(TSMError) -> ServiceDefinition {
        do {
            if let definition = try await store.service(identifier) { return definition }
        } catch {
            throw TSMError(error)
        }
        throw .notFound(field: "service", reason: "service \(identifier) is not registered")
    }

    /// A communication of this provider; another's is as unknown as none (TSM-09).
    func communication(
        _ id: CommunicationID, of provider: ServiceProviderID
    ) async throws(TSMError) -> Communication {
        let found: Communication?
        do { found = try await store.communication(id) } catch { throw TSMError(error) }
        guard let found, found.provider == provider else {
            throw .notFound(field: "communicationId", reason: "no such communication; begin one")
        }
        return found
    }
}
