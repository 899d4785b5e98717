public import ISO7816

/// What a provider asks for at begin (systems.md §1.7.1).
public struct BeginCommunicationRequest: Hashable, Sendable {
    public var service: ServiceRequest
    public var targetApplication: AID
    public var scriptFormat: ScriptFormat
    /// What the provider expects one script to take, in bytes.
    public var scriptBytes: Int
    public var operation: Operation

    public init(
        service: ServiceRequest, targetApplication: AID, scriptFormat: ScriptFormat, scriptBytes: Int,
        operation: Operation
    ) {
        self.service = service
        self.targetApplication = targetApplication
        self.scriptFormat = scriptFormat
        self.scriptBytes = scriptBytes
        self.operation = operation
    }
}

/// The communication, and what it may be used for.
public struct BeginCommunicationOutcome: Hashable, Sendable, Codable {
    public var communication: CommunicationID
    public var terms: CommunicationTerms
}
