public import ISO7816

/// Where a service stands on one secure element (systems.md §1.12a).
public enum ServiceStatus: String, Sendable, Codable, CaseIterable {
    case absent, prePersonalized, keysRotated, personalized, active, locked, deleted

    /// Whether the service may go from here to `next`. Rotation may also come after personalization.
    public func canTransition(to next: ServiceStatus) -> Bool {
        switch (self, next) {
        case (.absent, .prePersonalized), (.deleted, .prePersonalized): true
        case (.prePersonalized, .keysRotated), (.prePersonalized, .personalized): true
        case (.keysRotated, .personalized), (.personalized, .personalized): true
        case (.personalized, .active), (.active, .personalized): true
        case (.active, .locked), (.locked, .active): true
        case (.personalized, .locked), (.keysRotated, .locked), (.prePersonalized, .locked): true
        case (_, .deleted): self != .absent
        default: false
        }
    }
}

/// A service of one provider on one secure element, for one qualifier.
public struct ServiceInstanceRecord: Hashable, Sendable, Codable {
    public var secureElement: SecureElementIdentifier
    public var provider: ServiceProviderID
    public var service: ServiceIdentifier
    public var qualifier: ServiceQualifier
    public var instance: AID
    public var securityDomain: AID
    public var status: ServiceStatus
    /// What the status was before the lock, to which an unlock returns.
    public var statusBeforeLock: ServiceStatus?

    public init(
        secureElement: SecureElementIdentifier, provider: ServiceProviderID, service: ServiceIdentifier,
        qualifier: ServiceQualifier, instance: AID, securityDomain: AID, status: ServiceStatus,
        statusBeforeLock: ServiceStatus? = nil
    ) {
        self.secureElement = secureElement
        self.provider = provider
        self.service = service
        self.qualifier = qualifier
        self.instance = instance
        self.securityDomain = securityDomain
        self.status = status
        self.statusBeforeLock = statusBeforeLock
    }
}
