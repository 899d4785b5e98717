import ISO7816

extension CentralTSM {
    /// *Get SE identifier*: the first half of the two-request form (TSM-03).
    public func secureElementIdentifier(
        of msi: MobileSubscriptionIdentifier, for provider: ServiceProviderID
    ) async throws(TSMError) -> SecureElementIdentifier {
        let query = query
        return try await link.call(.query) { () async throws(TSMError) in try await query.identifier(of: msi) }
    }

    /// *Get SE data*: by MSI alone, or by SE identifier and MSI together, which must belong to each other.
    public func secureElementData(
        of msi: MobileSubscriptionIdentifier, id: SecureElementIdentifier?, for provider: ServiceProviderID
    ) async throws(TSMError) -> SecureElementData {
        let query = query
        let file = try await link.call(.query) { () async throws(TSMError) in
            try await query.file(of: msi, id, for: provider)
        }
        let element = file.secureElement
        return SecureElementData(
            id: element.id, mobileNetwork: element.mobileNetwork,
            serviceProviderData: ServiceProviderData(
                securityDomain: file.securityDomainDescription,
                services: file.instances.filter { $0.provider == provider }.map(ServiceDescription.init)),
            masterKeyIndex: file.provider.temporaryMasterKey, profileID: element.profileID, type: element.type,
            standard: element.standard, certificationLevel: element.certificationLevel, expiresAt: element.expiresAt,
            msi: msi)
    }

    /// Where one service of the provider stands.
    public func serviceStatus(
        _ request: ServiceRequest, for provider: ServiceProviderID
    ) async throws(TSMError) -> ServiceDescription {
        let file = try await file(for: request, provider: provider)
        guard let instance = file.instance(of: request.service, request.qualifier) else {
            throw .notFound(field: "qualifier", reason: "no such service on this secure element; pre-personalize it")
        }
        return ServiceDescription(instance)
    }

    /// The file of the card that a request names, after checking that SE and MSI belong together.
    func file(for request: ServiceRequest, provider: ServiceProviderID) async throws(TSMError) -> QueryModule.CardFile {
        let query = query
        return try await link.call(.query) { () async throws(TSMError) in
            let file = try await query.file(of: request.msi, request.secureElement, for: provider)
            guard file.provider.name == request.qualifier.providerName else {
                throw .invalid(
                    field: "qualifier.spName", reason: "this is not the name the service provider is registered under")
            }
            return file
        }
    }
}

extension QueryModule.CardFile {
    var securityDomainDescription: SecurityDomainDescription? {
        guard let securityDomain else { return nil }
        let central = secureElement.centralSecurityDomain
        let (custody, version): (SecurityDomainDescription.KeyCustody, UInt8) =
            switch securityDomain.custody {
            case .central: (.central, central.keys.keyVersionNumber)
            case .temporary(let keys): (.temporary, keys.keyVersionNumber)
            case .provider(let version): (.provider, version)
            }
        return SecurityDomainDescription(
            aid: securityDomain.aid, custody: custody, keyVersionNumber: version,
            keyDiversificationData: central.keys.keyDiversificationData,
            sequenceCounter: securityDomain.sequenceCounter, implementation: central.implementation)
    }
}

extension ServiceDescription {
    init(_ record: ServiceInstanceRecord) {
        self.init(
            service: record.service, qualifier: record.qualifier, instance: record.instance, status: record.status)
    }
}
