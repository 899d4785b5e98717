public import ISO7816

/// Names a service on a secure element: the fields of activate service (systems.md §1.7.3).
public struct ServiceRequest: Hashable, Sendable {
    public var secureElement: SecureElementIdentifier
    public var msi: MobileSubscriptionIdentifier
    public var service: ServiceIdentifier
    public var qualifier: ServiceQualifier

    public init(
        secureElement: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, service: ServiceIdentifier,
        qualifier: ServiceQualifier
    ) {
        self.secureElement = secureElement
        self.msi = msi
        self.service = service
        self.qualifier = qualifier
    }
}

/// Where the service stands afterwards.
public struct ServiceOutcome: Hashable, Sendable, Codable {
    public var instance: AID
    public var status: ServiceStatus
}
