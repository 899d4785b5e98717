public import ISO7816

/// An ordered list of commands for an open communication.
public struct ProcessScriptRequest: Hashable, Sendable {
    public var communication: CommunicationID
    public var commands: [CommandAPDU]

    public init(communication: CommunicationID, commands: [CommandAPDU]) {
        self.communication = communication
        self.commands = commands
    }
}
