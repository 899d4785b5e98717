public import SERAM

/// The server end of GP SERAM for one mobile network: hands orders to local agents and takes their reports.
///
/// A report is durable (``ReportJournal``) before it is acknowledged by the next order, so a server that dies in
/// between gets it again; an order is executed once, because agents never begin an order number twice.
public actor RemoteAgent {
    public nonisolated let network: String
    private let reports: any ReportJournal
    private let limits: RemoteAgentLimits
    private let makeSessionID: @Sendable () -> String
    private var sessions: [String: Session] = [:]
    private var sessionOfAgent: [SecureElementIdentifier: String] = [:]

    public init(
        network: String, reports: any ReportJournal, limits: RemoteAgentLimits = RemoteAgentLimits(),
        makeSessionID: @escaping @Sendable () -> String
    ) {
        self.network = network
        self.reports = reports
        self.limits = limits
        self.makeSessionID = makeSessionID
    }

    private struct Session {
        let agent: SecureElementIdentifier
        var element: SecureElementDescription?
        var isStarted = false
        var lastOrderNumber = 0
        /// The order that waits for the agent, or has been handed to it.
        var pending: CommandList?
        /// Whether the agent has it in hand; not any more when the agent says that it has never begun it.
        var isHandedOver = false
        /// Whether it has ever been handed over: from then on only a report can tell that nothing was executed.
        var hasLeft = false
        /// Whoever waits for the report on `pending`.
        var waiter: CheckedContinuation<Result<SecureElementReport, GatewayError>, Never>?
        /// The agent's long poll.
        var poll: CheckedContinuation<Void, Never>?
        var pollNumber = 0
    }
}

/// Makes reports durable before they are acknowledged.
public protocol ReportJournal: Sendable {
    /// Records what the agent of `secureElement` reports on an execution; a repeated report changes nothing.
    func record(
        _ report: SecureElementReport, of number: ExecutionNumber, from secureElement: SecureElementIdentifier
    ) async throws(TSMError)
}

public struct RemoteAgentLimits: Sendable {
    /// How long a poll is held open: SERAM recommends 30 s at most.
    public var longPollSeconds: Double
    /// How long a report is waited for before its outcome is called unknown.
    public var reportSeconds: Double
    /// How long an operation waits for an agent to come by.
    public var connectSeconds: Double
    public var sessionsMax: Int

    public init(
        longPollSeconds: Double = 30, reportSeconds: Double = 60, connectSeconds: Double = 10,
        sessionsMax: Int = 200_000
    ) {
        self.longPollSeconds = longPollSeconds
        self.reportSeconds = reportSeconds
        self.connectSeconds = connectSeconds
        self.sessionsMax = sessionsMax
    }
}

public enum RemoteAgentError: Error, Equatable, Sendable {
    /// 404: no such session, or it is another agent's.
    case unknownSession
    /// 406: nothing in common.
    case notAcceptable(String)
    case tooManySessions
    /// The report could not be made durable: the agent must send it again.
    case reportNotRecorded
}

// MARK: - The agent's side

extension RemoteAgent {
    /// POST /order: opens a session for an authenticated agent. An older session of the same agent is closed.
    public func openSession(agent: SecureElementIdentifier) throws(RemoteAgentError) -> String {
        if let old = sessionOfAgent[agent] { close(old, reason: "the agent opened another session") }
        guard sessions.count < limits.sessionsMax else { throw .tooManySessions }
        let id = makeSessionID()
        sessions[id] = Session(agent: agent)
        sessionOfAgent[agent] = id
        return id
    }

    /// POST /handshake.
    public func handshake(
        sessionID: String, agent: SecureElementIdentifier, command: RAMHandshakeCommand
    ) throws(RemoteAgentError) -> RAMHandshakeResponse {
        guard var session = sessions[sessionID], session.agent == agent else { throw .unknownSession }
        guard let element = command.secureElements.first(where: { $0.seId.uppercased() == agent.value }) else {
            throw .notAcceptable("none of the secure elements is the one the agent is registered for")
        }
        guard let response = RAMHandshakeResponse(choosingFrom: command) else {
            throw .notAcceptable("HTTPS, application/json and version 2.0.0 are offered")
        }
        session.element = element
        sessions[sessionID] = session
        return response
    }

    /// POST /remoteManagement: takes a report, answers the next order, holding the poll open for a while.
    public func exchange(
        sessionID: String, agent: SecureElementIdentifier, report: RemoteManagementReport
    ) async throws(RemoteAgentError) -> RemoteManagementOrder {
        guard let session = sessions[sessionID], session.agent == agent, session.element != nil else {
            throw .unknownSession
        }
        try await take(report, sessionID: sessionID, agent: agent)
        if let order = nextOrder(sessionID) { return order }
        // An order is handed only to the newest poll that still has somebody at its other end.
        let isCurrent = await waitForOrder(sessionID)
        guard sessions[sessionID] != nil else { throw .unknownSession }
        guard isCurrent, !Task.isCancelled, let order = nextOrder(sessionID) else {
            return RemoteManagementOrder(delay: 0)
        }
        return order
    }

    private func take(
        _ report: RemoteManagementReport, sessionID: String, agent: SecureElementIdentifier
    ) async throws(RemoteAgentError) {
        if let last = report.lastOrderNumber, var session = sessions[sessionID] {
            session.lastOrderNumber = max(session.lastOrderNumber, last)
            if let pending = session.pending, session.isHandedOver, last < Int(pending.number.rawValue) {
                session.isHandedOver = false
            }
            sessions[sessionID] = session
        }
        guard let number = report.inReplyTo.map({ ExecutionNumber(rawValue: Int64($0)) }) else { return }
        let outcome = SecureElementReport(report)
        do {
            try await reports.record(outcome, of: number, from: agent)
        } catch {
            throw .reportNotRecorded
        }
        guard var session = sessions[sessionID], session.pending?.number == number else { return }
        let waiter = session.waiter
        session.pending = nil
        session.isHandedOver = false
        session.waiter = nil
        sessions[sessionID] = session
        waiter?.resume(returning: .success(outcome))
    }

    private func nextOrder(_ sessionID: String) -> RemoteManagementOrder? {
        guard var session = sessions[sessionID], let pending = session.pending, !session.isHandedOver else {
            return nil
        }
        let order = RemoteManagementOrder(
            pending, element: session.element, isFirst: !session.isStarted)
        session.isHandedOver = true
        session.hasLeft = true
        session.isStarted = true
        sessions[sessionID] = session
        return order
    }

    /// Holds the poll open until an order comes, a newer poll replaces this one, or time is up.
    ///
    /// - Returns: whether no newer poll has replaced this one.
    private func waitForOrder(_ sessionID: String) async -> Bool {
        guard var session = sessions[sessionID] else { return false }
        session.poll?.resume()
        session.poll = nil
        session.pollNumber += 1
        let number = session.pollNumber
        sessions[sessionID] = session
        let timer = Task { [limits] in
            try? await Task.sleep(for: .seconds(limits.longPollSeconds))
            self.releasePoll(sessionID, number: number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if sessions[sessionID]?.pollNumber == number {
                    sessions[sessionID]?.poll = continuation
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            Task { await self.releasePoll(sessionID, number: number) }
        }
        timer.cancel()
        return sessions[sessionID]?.pollNumber == number
    }

    private func releasePoll(_ sessionID: String, number: Int) {
        guard sessions[sessionID]?.pollNumber == number else { return }
        let poll = sessions[sessionID]?.poll
        sessions[sessionID]?.poll = nil
        poll?.resume()
    }

    private func close(_ sessionID: String, reason: String) {
        guard let session = sessions.removeValue(forKey: sessionID) else { return }
        if sessionOfAgent[session.agent] == sessionID { sessionOfAgent[session.agent] = nil }
        session.poll?.resume()
        guard let waiter = session.waiter else { return }
        waiter.resume(
            returning: .failure(session.hasLeft ? .noReport(reason) : .unreachable(reason)))
    }
}

// MARK: - The central TSM's side

extension RemoteAgent: SecureElementGateway {
    public func execute(
        _ list: CommandList, on secureElement: SecureElementIdentifier
    ) async throws(GatewayError) -> SecureElementReport {
        guard let sessionID = await sessionID(of: secureElement) else {
            throw .unreachable("no agent of \(secureElement) is attached to \(network)")
        }
        guard var session = sessions[sessionID], session.pending == nil else {
            throw .unreachable("an order for \(secureElement) is still under way")
        }
        session.pending = list
        session.isHandedOver = false
        session.hasLeft = false
        let poll = session.poll
        session.poll = nil
        sessions[sessionID] = session
        let timer = Task { [limits] in
            try? await Task.sleep(for: .seconds(limits.reportSeconds))
            self.giveUp(sessionID, number: list.number)
        }
        let result = await withCheckedContinuation { continuation in
            if sessions[sessionID]?.pending?.number == list.number {
                sessions[sessionID]?.waiter = continuation
                poll?.resume()
            } else {
                continuation.resume(returning: .failure(.unreachable("the session was closed")))
            }
        }
        timer.cancel()
        return try result.get()
    }

    /// The secure elements whose agents are attached.
    public var attached: [SecureElementIdentifier] { Array(sessionOfAgent.keys) }

    public var attachedCount: Int { sessionOfAgent.count }

    /// Closes every session: agents come back by themselves, waiters learn what is known.
    public func shutDown() {
        for id in Array(sessions.keys) { close(id, reason: "the server is going down") }
    }

    private func giveUp(_ sessionID: String, number: ExecutionNumber) {
        guard var session = sessions[sessionID], session.pending?.number == number, let waiter = session.waiter else {
            return
        }
        let hasLeft = session.hasLeft
        session.pending = nil
        session.waiter = nil
        session.isHandedOver = false
        sessions[sessionID] = session
        waiter.resume(
            returning: .failure(
                hasLeft
                    ? .noReport("no report within \(limits.reportSeconds) s")
                    : .unreachable("the agent did not fetch the order within \(limits.reportSeconds) s")))
    }

    /// The session of the agent, waiting a while for one that is about to come.
    private func sessionID(of secureElement: SecureElementIdentifier) async -> String? {
        let deadline = ContinuousClock.now.advanced(by: .seconds(limits.connectSeconds))
        while true {
            if let id = sessionOfAgent[secureElement], sessions[id]?.element != nil { return id }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return nil }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
