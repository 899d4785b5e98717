public import ISO7816
public import SERAM

/// A telephone without a telephone: a subscription on a mobile network, a secure element and its local agent.
public struct VirtualHandset: Sendable {
    /// The subscription, by its mobile subscription identifier (MSI), such as a telephone number.
    public let mobileSubscriptionIdentifier: String
    /// The name of the mobile network that carries it.
    public let mobileNetwork: String
    public let secureElement: SecureElementDescription
    /// The way to the secure element.
    public let card: any CardChannel
    private let journal: any AgentJournal
    private let turn: CardTurn?
    private let notifications: NotificationSink

    /// - Parameter turn: what agents of several TSMs share when they share the card.
    public init(
        mobileSubscriptionIdentifier: String, mobileNetwork: String, secureElement: SecureElementDescription,
        card: any CardChannel, journal: any AgentJournal, turn: CardTurn? = nil,
        notifications: @escaping NotificationSink = { _ in }
    ) {
        self.mobileSubscriptionIdentifier = mobileSubscriptionIdentifier
        self.mobileNetwork = mobileNetwork
        self.secureElement = secureElement
        self.card = card
        self.journal = journal
        self.turn = turn
        self.notifications = notifications
    }

    /// The local agent of this handset. One at a time: two would share a journal.
    public func agent(
        connection: any RemoteAgentConnection, clock: AgentClock = AgentClock(), retries: RetryPolicy = RetryPolicy()
    ) -> LocalAgent {
        LocalAgent(
            for: secureElement, card: card, connection: connection, journal: journal, turn: turn,
            notifications: notifications,
            clock: clock, retries: retries)
    }

    /// Switches the handset on: its agent runs until the task is cancelled.
    public func run(
        connection: any RemoteAgentConnection, clock: AgentClock = AgentClock(), retries: RetryPolicy = RetryPolicy()
    ) async throws(LocalAgentError) {
        var agent = agent(connection: connection, clock: clock, retries: retries)
        try await agent.run()
    }
}
