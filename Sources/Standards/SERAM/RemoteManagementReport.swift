/// What the local agent did, and its request for the next Order. GP SERAM 2.0, schema `remoteManagementReport`.
public struct RemoteManagementReport: Hashable, Sendable, Codable {
    public var localAgentStatus: LocalAgentStatus
    /// One response per `seRamCommand` that was begun, in order; absent while polling.
    public var ramResponses: [SERAMResponse]?
    /// Extension: the `orderNumber` this report answers; absent while polling.
    public var inReplyTo: Int?
    /// Extension: the highest `orderNumber` the agent has ever begun, 0 when there was none. It stands in every report.
    public var lastOrderNumber: Int?

    public init(
        localAgentStatus: LocalAgentStatus, ramResponses: [SERAMResponse]? = nil, inReplyTo: Int? = nil,
        lastOrderNumber: Int? = nil
    ) {
        self.localAgentStatus = localAgentStatus
        self.ramResponses = ramResponses
        self.inReplyTo = inReplyTo
        self.lastOrderNumber = lastOrderNumber
    }

    /// A report that answers nothing and asks for work.
    public static func polling(lastOrderNumber: Int?) -> RemoteManagementReport {
        RemoteManagementReport(
            localAgentStatus: LocalAgentStatus(.polling, executedSeRamCommands: 0), lastOrderNumber: lastOrderNumber)
    }
}

/// How the local agent fared. GP SERAM 2.0, schema `localAgentStatus`.
public struct LocalAgentStatus: Hashable, Sendable, Codable {
    public var localAgentStatusEnum: LocalAgentStatusEnum
    /// `seRamCommand`s run to their end (a list that stopped at a refusal, as it was told to, counts); 0 while polling.
    public var executedSeRamCommands: Int?
    /// Why something failed, for the log.
    public var errorMsg: String?

    public init(_ status: LocalAgentStatusEnum, executedSeRamCommands: Int? = nil, errorMsg: String? = nil) {
        localAgentStatusEnum = status
        self.executedSeRamCommands = executedSeRamCommands
        self.errorMsg = errorMsg
    }
}

/// GP SERAM 2.0, schema `localAgentStatusEnum`.
public enum LocalAgentStatusEnum: String, Hashable, Sendable, Codable, CaseIterable {
    /// At least one command was executed.
    case processed = "PROCESSED"
    /// There was nothing to execute.
    case polling = "POLLING"
    /// The secure element did not answer; nothing was executed.
    case unavailableSecureElement = "UNAVAILABLE_SE"
    /// Something else went wrong, or what happened is not known.
    case unknownFailure = "UNKNOWN_FAILURE"
    /// The device does not let this server reach the secure element.
    case ungrantedAccess = "UNGRANTED_ACCESS"
}

/// The answers to one `seRamCommand`. GP SERAM 2.0, schema `seRamResponse`.
///
/// The n-th entry answers the n-th command APDU: answered → hex; sent and not answered → `""`; never sent → omitted,
/// so the list ends early.
public struct SERAMResponse: Hashable, Sendable {
    public var listOfRAPDU: [HexAPDU]

    public init(listOfRAPDU: [HexAPDU]) { self.listOfRAPDU = listOfRAPDU }
}

extension SERAMResponse: Codable {
    private enum CodingKeys: String, CodingKey { case ramResponseType, listOfRAPDU }
    private static let type = "seRamResponse"

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .ramResponseType)
        guard type == Self.type else {
            throw DecodingError.dataCorruptedError(
                forKey: .ramResponseType, in: container, debugDescription: "no such response: \(type.prefix(64))")
        }
        listOfRAPDU = try container.decode([HexAPDU].self, forKey: .listOfRAPDU)
        guard listOfRAPDU.count <= RemoteManagementOrder.apdusMax else {
            throw DecodingError.dataCorruptedError(
                forKey: .listOfRAPDU, in: container,
                debugDescription: "a response holds \(RemoteManagementOrder.apdusMax) APDUs at most")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type, forKey: .ramResponseType)
        try container.encode(listOfRAPDU, forKey: .listOfRAPDU)
    }
}
