extension API {
    /// A communication as an operator sees it.
    public struct Communication: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case opened, executing, ended, expired }

        public var communicationId: String
        public var providerId: String
        public var seId: SecureElementIdentifier
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var targetAID: HexBytes
        public var operation: Operation
        public var state: State
        public var operationStatus: Status?
        public var scriptsRun: Int
        public var openedAt: Timestamp

        public init(
            communicationId: String, providerId: String, seId: SecureElementIdentifier, service: ServiceIdentifier,
            qualifier: ServiceQualifier, targetAID: HexBytes, operation: Operation, state: State,
            operationStatus: Status?, scriptsRun: Int, openedAt: Timestamp
        ) {
            self.communicationId = communicationId
            self.providerId = providerId
            self.seId = seId
            self.service = service
            self.qualifier = qualifier
            self.targetAID = targetAID
            self.operation = operation
            self.state = state
            self.operationStatus = operationStatus
            self.scriptsRun = scriptsRun
            self.openedAt = openedAt
        }

        public static let schema = Schema.object(
            "Communication", "A communication as an operator sees it.",
            [
                .required("communicationId", communicationIDSchema), .required("providerId", providerIDSchema),
                .required("seId", SecureElementIdentifier.schema), .required("service", ServiceIdentifier.schema),
                .required("qualifier", ServiceQualifier.schema), .required("targetAID", .aid),
                .required("operation", .choice(Operation.self)), .required("state", .choice(State.self)),
                .optional("operationStatus", .choice(Status.self), "What the provider said when it ended it."),
                .required("scriptsRun", .integer(0...Int(Int32.max), example: 1)),
                .required("openedAt", .dateTime),
            ])
    }

    /// A list of commands for one secure element, in the journal.
    public struct Execution: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case intended, sent, answered, settled }

        public enum Purpose: String, Codable, Sendable, CaseIterable {
            case prePersonalization, rollback, script, activation, provisioning, lock, unlock, deletion, reading
            case cardLifeCycle, content, tokenKeys
        }

        public var number: Int
        public var seId: SecureElementIdentifier
        public var mnoName: String
        public var providerId: String?
        public var communicationId: String?
        public var purpose: Purpose
        public var state: State
        public var createdAt: Timestamp
        public var updatedAt: Timestamp

        public init(
            number: Int, seId: SecureElementIdentifier, mnoName: String, providerId: String?,
            communicationId: String?, purpose: Purpose, state: State, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.number = number
            self.seId = seId
            self.mnoName = mnoName
            self.providerId = providerId
            self.communicationId = communicationId
            self.purpose = purpose
            self.state = state
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }

        public static let schema = Schema.object(
            "Execution", "A list of commands for one secure element, without the commands.",
            [
                .required("number", executionNumberSchema), .required("seId", SecureElementIdentifier.schema),
                .required("mnoName", .text(1...64, example: "North"), "The network that it left through."),
                .optional("providerId", providerIDSchema), .optional("communicationId", communicationIDSchema),
                .required("purpose", .choice(Purpose.self)), .required("state", .choice(State.self)),
                .required("createdAt", .dateTime), .required("updatedAt", .dateTime),
            ])
    }

    /// One line of the audit trail.
    public struct AuditEntry: WireType {
        public var at: Timestamp
        public var actor: String
        public var action: String
        public var seId: SecureElementIdentifier?
        public var detail: String

        public init(
            at: Timestamp, actor: String, action: String, seId: SecureElementIdentifier?, detail: String
        ) {
            self.at = at
            self.actor = actor
            self.action = action
            self.seId = seId
            self.detail = detail
        }

        public static let schema = Schema.object(
            "AuditEntry", "One line of the audit trail.",
            [
                .required("at", .dateTime), .required("actor", .text(1...256, example: "operator:first")),
                .required("action", .text(1...256, example: "network.register North")),
                .optional("seId", SecureElementIdentifier.schema),
                .required("detail", .text(0...4_096, example: "")),
            ])
    }

    /// Asks for the settling of one secure element.
    public struct ReconciliationRequest: WireType {
        public init() {}

        public static let schema = Schema.object(
            "ReconciliationRequest", "Nothing more than what the path says.", [])
    }

    /// What a reconciliation found and did.
    public struct Reconciliation: WireType {
        public var seId: SecureElementIdentifier
        public var settled: [Int]
        public var centralSequenceCounter: Int?

        public init(seId: SecureElementIdentifier, settled: [Int], centralSequenceCounter: Int?) {
            self.seId = seId
            self.settled = settled
            self.centralSequenceCounter = centralSequenceCounter
        }

        public static let schema = Schema.object(
            "Reconciliation", "What the reading of the card settled.",
            [
                .required("seId", SecureElementIdentifier.schema),
                .required("settled", .array(of: executionNumberSchema, 0...65_536), "The executions that were open."),
                .optional("centralSequenceCounter", sequenceCounterSchema),
            ])
    }
}

extension API {
    static let executionNumberSchema = Schema.integer(1...Int(Int64.max), example: 42)
}
