/// Everything about one secure element that one provider's request needs, read in one go.
public struct CardDossier: Hashable, Sendable {
    public var secureElement: SecureElementRecord
    public var provider: ServiceProviderRecord
    public var securityDomain: SecurityDomainRecord?
    /// Of all providers: their AIDs are taken.
    public var instances: [ServiceInstanceRecord]
    /// What the provider may do by Delegated Management, if anything.
    public var delegationPolicy: DelegationPolicy?

    public init(
        secureElement: SecureElementRecord, provider: ServiceProviderRecord, securityDomain: SecurityDomainRecord?,
        instances: [ServiceInstanceRecord], delegationPolicy: DelegationPolicy? = nil
    ) {
        self.secureElement = secureElement
        self.provider = provider
        self.securityDomain = securityDomain
        self.instances = instances
        self.delegationPolicy = delegationPolicy
    }

    /// The provider's own instance for a service, if there is one.
    func instance(of service: ServiceIdentifier, _ qualifier: ServiceQualifier) -> ServiceInstanceRecord? {
        instances.first { $0.provider == provider.id && $0.service == service && $0.qualifier == qualifier }
    }
}
