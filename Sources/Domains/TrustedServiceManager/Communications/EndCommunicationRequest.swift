/// The provider no longer wants the communication.
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
