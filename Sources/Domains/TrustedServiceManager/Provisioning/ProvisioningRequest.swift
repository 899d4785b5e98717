public import ISO7816

/// Rotation, personalization and activation in one request, any of them absent (alternatives B1 to B3).
public struct ProvisioningRequest: Hashable, Sendable {
    public var service: ServiceRequest
    public var rotation: [CommandAPDU]?
    public var personalization: [CommandAPDU]?
    public var activate: Bool

    public init(
        service: ServiceRequest, rotation: [CommandAPDU]?, personalization: [CommandAPDU]?, activate: Bool
    ) {
        self.service = service
        self.rotation = rotation
        self.personalization = personalization
        self.activate = activate
    }
}

/// What became of each part that was asked for.
public struct ProvisioningOutcome: Hashable, Sendable, Codable {
    public var rotation: ScriptOutcome?
    public var personalization: ScriptOutcome?
    /// `nil` when not asked for, or when an earlier part stopped before it.
    public var activation: ServiceOutcome?
    public var status: ServiceStatus
}
