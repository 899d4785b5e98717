extension API {
    public enum ScriptFormat: String, Codable, Sendable, CaseIterable {
        case compact = "COMPACT"
        case expanded = "EXPANDED"
    }

    public enum Operation: String, Codable, Sendable, CaseIterable {
        case keyRotation, personalization, postPersonalization, provisioning
    }

    /// *Manage communication (begin)*.
    public struct BeginCommunicationRequest: WireType {
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var targetAID: HexBytes
        public var scriptFormat: ScriptFormat
        public var scriptSize: Int
        public var operation: Operation

        public init(
            seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, service: ServiceIdentifier,
            qualifier: ServiceQualifier, targetAID: HexBytes, scriptFormat: ScriptFormat, scriptSize: Int,
            operation: Operation
        ) {
            self.seId = seId
            self.msi = msi
            self.service = service
            self.qualifier = qualifier
            self.targetAID = targetAID
            self.scriptFormat = scriptFormat
            self.scriptSize = scriptSize
            self.operation = operation
        }

        public static let schema = Schema.object(
            "BeginCommunicationRequest", "Begin an over-the-air dialogue with one secure element.",
            ServiceRequest.members + [
                .required("targetAID", .aid, "The provider's own security domain, or an instance under it."),
                .required("scriptFormat", .choice(ScriptFormat.self)),
                .required(
                    "scriptSize", .integer(1...Int(Int32.max), example: 4_096),
                    "Bytes that one script is expected to take."),
                .required("operation", .choice(Operation.self), "For tracking."),
            ])
    }

    public struct BeginCommunicationResponse: WireType {
        public var status: Status
        public var communicationId: String
        public var otaBearer: String
        public var maxScripts: Int
        public var maxScriptSize: Int
        public var scriptFormat: ScriptFormat
        public var permittedSeconds: Int

        public init(
            status: Status, communicationId: String, otaBearer: String, maxScripts: Int, maxScriptSize: Int,
            scriptFormat: ScriptFormat, permittedSeconds: Int
        ) {
            self.status = status
            self.communicationId = communicationId
            self.otaBearer = otaBearer
            self.maxScripts = maxScripts
            self.maxScriptSize = maxScriptSize
            self.scriptFormat = scriptFormat
            self.permittedSeconds = permittedSeconds
        }

        public static let schema = Schema.object(
            "BeginCommunicationResponse", "What is granted; it may be less than was wished for.",
            [
                statusMember, .required("communicationId", communicationIDSchema),
                .required("otaBearer", .text(1...64, example: "North"), "Who carries the requests over the air."),
                .required("maxScripts", .integer(1...Int(Int32.max), example: 16)),
                .required("maxScriptSize", .integer(1...Int(Int32.max), example: 65_536), "Bytes of one script."),
                .required("scriptFormat", .choice(ScriptFormat.self)),
                .required("permittedSeconds", .integer(1...Int(Int32.max), example: 600)),
            ])
    }

    /// *Process script*: command APDUs for the secure element, in order. The communication stands in the path.
    public struct ProcessScriptRequest: WireType {
        public var apdus: [HexBytes]

        public init(apdus: [HexBytes]) { self.apdus = apdus }

        public static let schema = Schema.object(
            "ProcessScriptRequest", "An ordered list of command APDUs.", [.required("apdus", apdusSchema)])
    }

    /// What became of a script. A refused APDU is content, not an error.
    public struct ScriptResponse: WireType {
        public enum Outcome: String, Codable, Sendable, CaseIterable { case completed, stopped, unknown }

        public struct Answer: WireType {
            public var index: Int
            public var data: HexBytes
            public var sw: HexBytes?

            public init(index: Int, data: HexBytes, sw: HexBytes?) {
                self.index = index
                self.data = data
                self.sw = sw
            }

            public static let schema = Schema.object(
                "ScriptAnswer", "The answer to one command.",
                [
                    indexMember, .required("data", .hex(0...65_536, example: "")),
                    .optional(
                        "sw", statusWord,
                        "Absent where the answer was lost but the card, read afterwards, shows that the command took "
                            + "effect."),
                ])
        }

        public struct Failure: WireType {
            public var index: Int
            public var apdu: HexBytes
            public var sw: HexBytes?

            public init(index: Int, apdu: HexBytes, sw: HexBytes?) {
                self.index = index
                self.apdu = apdu
                self.sw = sw
            }

            public static let schema = Schema.object(
                "ScriptFailure", "A command that failed, as it was sent in.",
                [
                    indexMember, .required("apdu", apduSchema),
                    .optional(
                        "sw", Schema.hex(2...2, example: "6985"),
                        "Absent where the command was lost on the way and the card shows that it took no effect."),
                ])
        }

        public var status: Status
        public var outcome: Outcome
        public var responses: [Answer]
        public var failed: [Failure]
        public var unattempted: [Int]

        public init(
            status: Status, outcome: Outcome, responses: [Answer], failed: [Failure], unattempted: [Int]
        ) {
            self.status = status
            self.outcome = outcome
            self.responses = responses
            self.failed = failed
            self.unattempted = unattempted
        }

        public static let schema = Schema.object(
            "ScriptResponse", "One answer per executed command, the failed ones, and those not attempted.",
            [
                statusMember,
                .required(
                    "outcome", .choice(Outcome.self),
                    "completed: nothing was refused; stopped: a command failed and what follows was not attempted; "
                        + "unknown: repeat the request with the same Idempotency-Key."),
                .required("responses", .array(of: Answer.schema, 0...1_024)),
                .required("failed", .array(of: Failure.schema, 0...1_024)),
                .required(
                    "unattempted", .array(of: .integer(0...1_023, example: 2), 0...1_024),
                    "Positions in the list, from 0."),
            ])

        private static let indexMember = Schema.Member.required(
            "index", .integer(0...1_023, example: 0), "Position in the list, from 0.")
        private static let statusWord = Schema.hex(2...2, example: "9000")
    }

    /// *Manage communication (end)*.
    public struct EndCommunicationRequest: WireType {
        public var operationStatus: Status

        public init(operationStatus: Status) { self.operationStatus = operationStatus }

        public static let schema = Schema.object(
            "EndCommunicationRequest", "How the operation went, in the provider's own judgement.",
            [.required("operationStatus", .choice(Status.self))])
    }

    public struct EndCommunicationResponse: WireType {
        public var status: Status
        public var operation: Operation
        public var scriptsRun: Int

        public init(status: Status, operation: Operation, scriptsRun: Int) {
            self.status = status
            self.operation = operation
            self.scriptsRun = scriptsRun
        }

        public static let schema = Schema.object(
            "EndCommunicationResponse", "The status of ending, and what the communication was for.",
            [
                statusMember, .required("operation", .choice(Operation.self)),
                .required("scriptsRun", .integer(0...Int(Int32.max), example: 1)),
            ])
    }
}

extension API {
    static let communicationIDSchema = Schema.printable(1...64, example: "9f86d081884c7d659a2feaa0c55ad015")
    /// A short command APDU has at most 261 bytes, an extended one 65 544.
    static let apduSchema = Schema.hex(4...65_544, example: "80E28800081122334455667788")
    static let apdusSchema = Schema.array(of: apduSchema, 1...1_024)
}
