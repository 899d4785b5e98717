import Synchronization

/// The remote agents of all mobile networks, one each: Request_z leaves through the one recorded for its card (TSM-06).
public final class MobileNetworks: Sendable {
    private let agents = Mutex<[String: RemoteAgent]>([:])
    private let reports: any ReportJournal
    private let limits: RemoteAgentLimits
    private let makeSessionID: @Sendable () -> String

    public init(
        reports: any ReportJournal, limits: RemoteAgentLimits = RemoteAgentLimits(),
        makeSessionID: @escaping @Sendable () -> String
    ) {
        self.reports = reports
        self.limits = limits
        self.makeSessionID = makeSessionID
    }

    /// The remote agent of a registered network, made when it is first needed.
    public func remoteAgent(of network: String) -> RemoteAgent {
        agents.withLock { agents in
            if let agent = agents[network] { return agent }
            let agent = RemoteAgent(
                network: network, reports: reports, limits: limits, makeSessionID: makeSessionID)
            agents[network] = agent
            return agent
        }
    }

    /// How many agents have a session, over all networks.
    public var attachedCount: Int {
        get async {
            var count = 0
            for agent in agents.withLock({ Array($0.values) }) { count += await agent.attachedCount }
            return count
        }
    }

    /// Closes all sessions; agents come back by themselves when a server is there again.
    public func shutDown() async {
        for agent in agents.withLock({ Array($0.values) }) { await agent.shutDown() }
    }
}
