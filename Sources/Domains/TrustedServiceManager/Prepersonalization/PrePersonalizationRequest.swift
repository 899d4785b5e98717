public import ISO7816

/// Pre-personalization: create the SP SD, instantiate the service's application, extradite the instance.
public struct PrePersonalizationRequest: Hashable, Sendable {
    /// The commands for doing it that the provider may name; empty means all that are needed.
    public enum Command: String, Sendable, Codable, CaseIterable { case createSecurityDomain, instantiate, extradite }

    public var service: ServiceRequest
    public var commands: [Command]

    public init(service: ServiceRequest, commands: [Command] = []) {
        self.service = service
        self.commands = commands
    }
}

/// What pre-personalization found and made.
public struct PrePersonalizationOutcome: Hashable, Sendable, Codable {
    public var securityDomain: AID
    /// Whether this request made it, rather than found it.
    public var securityDomainCreated: Bool
    public var instances: [AID]
    public var instancesCreated: [AID]
    public var status: ServiceStatus
}
