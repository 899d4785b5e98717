public import ISO7816
public import SERAM

/// The local agent of one secure element: fetches orders from the remote agent, runs them on the card, reports.
///
///     var agent = LocalAgent(for: element, card: channel, connection: connection, journal: journal)
///     try await agent.run()
///
/// It holds the session and the order in work, therefore it has one owner and cannot be copied. Every step is durable
/// in the journal before the next one is taken: the intent before the first APDU, `sent` before each one leaves,
/// `answered` before the next one leaves, the report before the server sees it. After a restart no APDU is sent a second
/// time: the order is concluded as it stands and its report goes out first.
///
/// The agent resets the card only after the card failed to answer. Between orders the card stays powered, because a
/// script that needs two trips continues the secure channel that the first one opened.
public struct LocalAgent: ~Copyable {
    /// The secure element this agent speaks for.
    public let secureElement: SecureElementDescription
    private let card: any CardChannel
    private let connection: any RemoteAgentConnection
    private let journal: any AgentJournal
    private let notifications: NotificationSink
    private let clock: AgentClock
    private let retries: RetryPolicy
    private let turn: CardTurn?

    private var sessionID: String?
    /// What the journal holds; `nil` until it was read, and again after it failed.
    private var state: AgentJournalState?
    /// The answer to an order that is not in the journal because it was settled before.
    private var reportOnSettledOrder: RemoteManagementReport?

    /// - Parameter turn: what agents of several TSMs share when they share a card.
    public init(
        for secureElement: SecureElementDescription, card: any CardChannel, connection: any RemoteAgentConnection,
        journal: any AgentJournal, turn: CardTurn? = nil, notifications: @escaping NotificationSink = { _ in },
        clock: AgentClock = AgentClock(), retries: RetryPolicy = RetryPolicy()
    ) {
        self.secureElement = secureElement
        self.card = card
        self.connection = connection
        self.journal = journal
        self.notifications = notifications
        self.clock = clock
        self.retries = retries
        self.turn = turn
    }
}

/// Takes the text of a notification command to the device application.
public typealias NotificationSink = @Sendable (String) async -> Void

/// Why the agent stopped.
public enum LocalAgentError: Error, Equatable, Sendable, CustomStringConvertible {
    case connection(RemoteAgentConnectionError)
    case journal(AgentJournalFailure)
    /// The remote agent was not reached for as long as the ``RetryPolicy`` allows.
    case remoteAgentLost(RemoteAgentConnectionError)

    public var description: String {
        switch self {
        case .connection(let error): "\(error)"
        case .journal(let error): "\(error)"
        case .remoteAgentLost(let error): "gave up after repeated attempts: \(error)"
        }
    }
}

// MARK: - Running

extension LocalAgent {
    /// What one exchange with the remote agent came to.
    public struct Progress: Equatable, Sendable {
        public enum Event: Equatable, Sendable {
            /// There was nothing to do.
            case polled
            /// An order was executed, as far as it went; its report is durable and goes out with the next step.
            case executed(orderNumber: Int?)
            /// The order had been begun before: nothing was executed.
            case repeated(orderNumber: Int)
            /// The remote agent ended the session.
            case stopped
        }

        public let event: Event
        /// How long to wait before the next step.
        public let pause: Duration
    }

    /// Steps until the task is cancelled. A failed exchange is repeated after a growing pause.
    ///
    /// - Throws: ``LocalAgentError`` when the journal fails, the credential is refused, or the remote agent is not
    ///   reached for ``RetryPolicy/limit``. Nothing is lost: the journal goes on where it stands.
    public mutating func run() async throws(LocalAgentError) {
        var attempts = 0
        var failingSince: Duration?
        while !Task.isCancelled {
            let pause: Duration
            do {
                pause = try await step().pause
                (attempts, failingSince) = (0, nil)
            } catch .connection(let error) where error.isWorthRepeating {
                if Task.isCancelled { return }
                let since = failingSince ?? clock.elapsed()
                failingSince = since
                pause = retries.pause(afterAttempt: attempts)
                attempts += 1
                guard clock.elapsed() - since + pause <= retries.limit else { throw .remoteAgentLost(error) }
            }
            if pause > .zero {
                do { try await clock.pause(pause) } catch { return }
            }
        }
    }

    /// One exchange: opens a session if there is none, hands in the report that is due, runs the order that comes back.
    public mutating func step() async throws(LocalAgentError) -> Progress {
        if state == nil { try await recover() }
        let session = try await openSession()
        let order: RemoteManagementOrder
        do {
            order = try await connection.exchange(nextReport, in: session)
        } catch {
            if error == .unknownSession { sessionID = nil }
            throw .connection(error)
        }
        return try await take(order)
    }

    /// Reads the journal; an order that was cut short is concluded as it stands.
    private mutating func recover() async throws(LocalAgentError) {
        do {
            state = try AgentJournalState(await journal.records())
        } catch {
            throw .journal(error)
        }
        if let entry = state?.entry, entry.report == nil {
            try await write([.concluded(RemoteManagementReport(interrupted: entry))])
        }
    }

    private mutating func openSession() async throws(LocalAgentError) -> String {
        if let sessionID { return sessionID }
        do {
            let session = try await connection.openSession(for: [secureElement])
            let offer = RAMHandshakeCommand(
                secureElements: [secureElement],
                supportedTransportProtocols: [RAMHandshakeResponse.transportProtocol],
                supportedDataFormats: [RAMHandshakeResponse.dataFormat],
                supportedVersions: [RAMHandshakeResponse.version])
            guard try await connection.handshake(offer, in: session) == RAMHandshakeResponse() else {
                throw RemoteAgentConnectionError.noCommonOption
            }
            sessionID = session
            return session
        } catch let error as RemoteAgentConnectionError {
            throw .connection(error)
        } catch {
            preconditionFailure("the connection throws only the error above")
        }
    }

    private var nextReport: RemoteManagementReport {
        var report = state?.entry?.report ?? reportOnSettledOrder ?? .polling(lastOrderNumber: nil)
        report.lastOrderNumber = state?.lastOrderNumber ?? 0
        return report
    }

    /// An order arrived, and with it the proof that the server has the last report.
    private mutating func take(_ order: RemoteManagementOrder) async throws(LocalAgentError) -> Progress {
        // Beyond the limit the server would declare the agent lost.
        let delay = order.delay.map { min(Duration.milliseconds($0), SERAMBinding.retryLimit) }
        let idlePause = delay ?? SERAMBinding.pollPause
        let reportPause = delay ?? .zero
        if let number = order.orderNumber, number == state?.entry?.order.orderNumber {
            return Progress(event: .repeated(orderNumber: number), pause: idlePause)
        }
        reportOnSettledOrder = nil
        var due: [AgentJournalRecord] = state?.entry == nil ? [] : [.acknowledged]
        if let number = order.orderNumber, number <= state?.lastOrderNumber ?? 0 {
            try await write(due)
            reportOnSettledOrder = RemoteManagementReport(
                refusing: order, .unknownFailure, "order \(number) was begun before and is not executed again")
            return Progress(event: .repeated(orderNumber: number), pause: idlePause)
        }
        guard order.orderNumber != nil || order.ramCommands?.isEmpty == false else {
            try await write(due)
            return Progress(event: .polled, pause: idlePause)
        }
        due.append(.received(order))
        await turn?.take()
        do {
            try await execute(order, after: due)
        } catch {
            await turn?.leave()
            throw error
        }
        await turn?.leave()
        guard order.stopsSession else {
            return Progress(event: .executed(orderNumber: order.orderNumber), pause: reportPause)
        }
        sessionID = nil
        // SERAM discards what is left after a stop; a numbered order is owed its report, in the next session.
        if order.orderNumber == nil { try await write([.acknowledged]) }
        return Progress(event: .stopped, pause: idlePause)
    }

    /// Runs an order to its conclusion; `due` are records to be made durable before anything is sent.
    private mutating func execute(
        _ order: RemoteManagementOrder, after due: [AgentJournalRecord]
    ) async throws(LocalAgentError) {
        var due = due
        guard order.chosenSecureElement.map({ $0.seId == secureElement.seId }) ?? true else {
            let report = RemoteManagementReport(
                refusing: order, .unavailableSecureElement, "this agent has no secure element of that seId")
            return try await write(due + [.concluded(report)])
        }
        var execution: OrderExecution
        do {
            execution = try OrderExecution(order)
        } catch {
            let report = RemoteManagementReport(refusing: order, .unknownFailure, "\(error)")
            return try await write(due + [.concluded(report)])
        }
        while true {
            switch execution.next() {
            case .transmit(let command, let list, let apdu):
                try await write(due + [.sent(list: list, apdu: apdu)])
                due = []
                do {
                    let response = try await card.transmitCollecting(command)
                    due = [.answered(list: list, apdu: apdu, response: HexAPDU(response))]
                    execution.answered(response)
                } catch {
                    execution.unreachable(error)
                }
            case .reset:
                try await write(due)
                due = []
                do {
                    try await card.reset()
                    execution.reset(succeeded: true)
                } catch {
                    execution.reset(succeeded: false)
                }
            case .notify(let text):
                try await write(due)
                due = []
                await notifications(text)
            case .conclude(let report):
                return try await write(due + [.concluded(report)])
            }
        }
    }

    /// Makes records durable, then takes them in.
    private mutating func write(_ records: [AgentJournalRecord]) async throws(LocalAgentError) {
        guard !records.isEmpty else { return }
        do {
            try await journal.append(records)
        } catch {
            // What is durable is no longer known here: the journal must be read again before anything else.
            state = nil
            throw .journal(error)
        }
        for record in records {
            guard state?.apply(record) ?? false else {
                preconditionFailure("the agent wrote a \(record.kind) record that cannot stand there")
            }
        }
    }
}
