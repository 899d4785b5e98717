/// Numbers the executions; increasing, so it is the order number on the device leg too.
public struct ExecutionNumber: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One list of commands for one secure element, journalled: intended → sent → answered → settled.
public struct Execution: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable {
        /// Written, not handed to a network: nothing has been executed.
        case intended
        /// Handed over. Until the report is in, whether it was executed is unknown.
        case sent
        /// The report is in; its effects are not yet written.
        case answered
        /// Outcome and effects are written.
        case settled
    }

    /// What the execution is for.
    public enum Purpose: String, Sendable, Codable {
        case prePersonalization, rollback, script, activation, provisioning, lock, unlock, deletion, reading
        /// The operator's: the card as a whole, its content, the keys that approve delegated management.
        case cardLifeCycle, content, tokenKeys
    }

    public var number: ExecutionNumber
    public var secureElement: SecureElementIdentifier
    public var provider: ServiceProviderID?
    public var communication: CommunicationID?
    public var service: ServiceIdentifier?
    public var qualifier: ServiceQualifier?
    public var purpose: Purpose
    public var mobileNetwork: String
    public var state: State
    /// The ``ScriptPlan``, sealed by the vault: it may hold personalization data.
    public var sealedPlan: [UInt8]
    /// The ``SecureElementReport``, sealed.
    public var sealedReport: [UInt8]?
    /// The ``ScriptOutcome``, sealed.
    public var sealedOutcome: [UInt8]?
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(
        number: ExecutionNumber = ExecutionNumber(rawValue: 0), secureElement: SecureElementIdentifier,
        provider: ServiceProviderID? = nil, communication: CommunicationID? = nil, service: ServiceIdentifier? = nil,
        qualifier: ServiceQualifier? = nil, purpose: Purpose, mobileNetwork: String, state: State = .intended,
        sealedPlan: [UInt8], createdAt: Int64
    ) {
        self.number = number
        self.secureElement = secureElement
        self.provider = provider
        self.communication = communication
        self.service = service
        self.qualifier = qualifier
        self.purpose = purpose
        self.mobileNetwork = mobileNetwork
        self.state = state
        self.sealedPlan = sealedPlan
        sealedReport = nil
        sealedOutcome = nil
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}
