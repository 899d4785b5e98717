public import ISO7816

/// Who asks, and the key under which a repetition is recognised.
public struct RequestContext: Sendable {
    public let provider: ServiceProviderID
    public let idempotencyKey: String?
    /// SHA-256 of method, path and body.
    public let requestDigest: [UInt8]

    public init(provider: ServiceProviderID, idempotencyKey: String?, requestDigest: [UInt8]) {
        self.provider = provider
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
    }
}

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

public struct PrePersonalizationOutcome: Hashable, Sendable, Codable {
    public var securityDomain: AID
    /// Whether this request made it, rather than found it.
    public var securityDomainCreated: Bool
    public var instances: [AID]
    public var instancesCreated: [AID]
    public var status: ServiceStatus
}

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

public struct BeginCommunicationOutcome: Hashable, Sendable, Codable {
    public var communication: CommunicationID
    public var terms: CommunicationTerms
}

public struct ProcessScriptRequest: Hashable, Sendable {
    public var communication: CommunicationID
    public var commands: [CommandAPDU]

    public init(communication: CommunicationID, commands: [CommandAPDU]) {
        self.communication = communication
        self.commands = commands
    }
}

/// What became of a script (TSM-10): one answer per executed command, the failed ones, the ones not attempted.
public struct ScriptOutcome: Hashable, Sendable, Codable {
    public enum Verdict: String, Sendable, Codable {
        /// Every command was executed and none was refused.
        case completed
        /// The card refused a command, or was lost; what follows was not attempted.
        case stopped
        /// The link broke and the card has not been read since: repeat the request with the same key.
        case unknown
    }

    public struct Response: Hashable, Sendable, Codable {
        /// Position in the provider's list, from 0.
        public var index: Int
        public var data: [UInt8]
        /// `nil` where the answer was lost but the card, read afterwards, shows that the command took effect.
        public var statusWord: UInt16?
    }

    public struct Failure: Hashable, Sendable, Codable {
        public var index: Int
        public var command: [UInt8]
        /// `nil` where the command was lost on the way and the card shows that it took no effect.
        public var statusWord: UInt16?
    }

    public var verdict: Verdict
    public var responses: [Response]
    public var failed: [Failure]
    /// Positions never sent.
    public var unattempted: [Int]
}

public struct EndCommunicationRequest: Hashable, Sendable {
    public var communication: CommunicationID
    public var operationStatus: OperationStatus

    public init(communication: CommunicationID, operationStatus: OperationStatus) {
        self.communication = communication
        self.operationStatus = operationStatus
    }
}

/// The status of the end operation itself.
public struct EndCommunicationOutcome: Hashable, Sendable, Codable {
    public var operation: Operation
    public var status: OperationStatus
    public var scriptsRun: Int
}

public struct ServiceOutcome: Hashable, Sendable, Codable {
    public var instance: AID
    public var status: ServiceStatus
}

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

public struct ProvisioningOutcome: Hashable, Sendable, Codable {
    public var rotation: ScriptOutcome?
    public var personalization: ScriptOutcome?
    /// `nil` when not asked for, or when an earlier part stopped before it.
    public var activation: ServiceOutcome?
    public var status: ServiceStatus
}
