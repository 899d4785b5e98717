public import ISO7816

/// What a provider with Delegated Management asks of the central TSM beside the rest: over HTTP or in process.
public protocol DelegationConnection: CentralTSMConnection {
    /// What the provider has on the card by Delegated Management.
    func delegatedContent(
        on secureElementID: String, of subscriber: Subscriber
    ) async throws(CentralTSMConnectionError) -> [DelegatedObject]
    /// - Parameter commands: in plain, without tokens.
    func requestTokens(
        for commands: [CommandAPDU], on secureElementID: String, of subscriber: Subscriber, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands
    func returnReceipts(
        _ receipts: [CardReceipt], of approval: String, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands
    /// Has the card read, for tokens whose receipts are lost.
    func settleTokens(of approval: String, key: String) async throws(CentralTSMConnectionError) -> ApprovedCommands
}

/// A load file or an application of the provider's.
public struct DelegatedObject: Hashable, Sendable {
    public var aid: AID
    public var isLoadFile: Bool
    public var securityDomain: AID
    public var isSelectable: Bool

    public init(aid: AID, isLoadFile: Bool, securityDomain: AID, isSelectable: Bool) {
        self.aid = aid
        self.isLoadFile = isLoadFile
        self.securityDomain = securityDomain
        self.isSelectable = isSelectable
    }
}

/// What the central TSM has approved, and what has become of it.
public struct ApprovedCommands: Hashable, Sendable {
    public struct Token: Hashable, Sendable {
        public enum State: String, Sendable { case issued, confirmed, used, unused }

        public var number: UInt64
        /// The command with its token.
        public var command: CommandAPDU
        public var state: State

        public init(number: UInt64, command: CommandAPDU, state: State) {
            self.number = number
            self.command = command
            self.state = state
        }
    }

    /// The approval's identifier.
    public var id: String
    public var tokens: [Token]

    public init(id: String, tokens: [Token]) {
        self.id = id
        self.tokens = tokens
    }
}

/// The data of the card's answer to the command with the token of this number.
public struct CardReceipt: Hashable, Sendable {
    public var tokenNumber: UInt64
    public var answer: [UInt8]

    public init(tokenNumber: UInt64, answer: [UInt8]) {
        self.tokenNumber = tokenNumber
        self.answer = answer
    }
}
