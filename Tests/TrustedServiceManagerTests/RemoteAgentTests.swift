import ISO7816
import SERAM
import Synchronization
import Testing

@testable import TrustedServiceManager

@Suite("The remote agent, with a local agent that is driven by hand")
struct RemoteAgentTests {
    private static let command = CommandAPDU(0x80, 0xCA, 0x00, 0xE0, expectedLength: 256)

    private static func list(_ number: Int64) -> CommandList {
        CommandList(number: ExecutionNumber(rawValue: number), script: [command], epilogue: [command])
    }

    private static func report(on number: Int, last: Int? = nil, answer: [UInt8] = [0x90, 0x00])
        -> RemoteManagementReport
    {
        RemoteManagementReport(
            localAgentStatus: LocalAgentStatus(.processed, executedSeRamCommands: 2),
            ramResponses: [
                SERAMResponse(listOfRAPDU: [HexAPDU(answer)]), SERAMResponse(listOfRAPDU: [HexAPDU([0x6A, 0x88])]),
            ], inReplyTo: number, lastOrderNumber: last ?? number)
    }

    private static let outcome = SecureElementReport(script: [[0x90, 0x00]], epilogue: [[0x6A, 0x88]])

    @Test("an order is handed to the poll that waits for it, once, and its report answers whoever asked")
    func oneOrder() async throws {
        let hand = try await Hand()
        async let executed = hand.remote.execute(Self.list(7), on: hand.id)
        let order = try await hand.fetch(last: 0)
        #expect(order.orderNumber == 7)
        #expect(order.secureElementCommands.map(\.listOfCAPDU.count) == [1, 1])
        #expect(order.secureElementCommands.map(\.stopAtFirstRefusal) == [true, nil])
        #expect(order.ramCommands?.first == .start, "the first order of a session starts it")

        _ = try await hand.exchange(Self.report(on: 7))
        #expect(try await executed == Self.outcome)
        #expect(hand.journal.recorded == [.init(number: 7, report: Self.outcome)])
    }

    @Test("an order in the agent's hands is not handed over again")
    func handedOverOnce() async throws {
        let hand = try await Hand()
        async let executed = hand.remote.execute(Self.list(7), on: hand.id)
        #expect(try await hand.fetch(last: 0).orderNumber == 7)
        #expect(try await hand.poll(last: 7).orderNumber == nil, "it is being executed")
        _ = try await hand.exchange(Self.report(on: 7))
        _ = try await executed
    }

    @Test("an order that the agent never got is handed over again, under the same number")
    func lostOrder() async throws {
        let hand = try await Hand()
        async let executed = hand.remote.execute(Self.list(7), on: hand.id)
        #expect(try await hand.fetch(last: 6).orderNumber == 7)
        let again = try await hand.poll(last: 6)
        #expect(again.orderNumber == 7)
        #expect(again.ramCommands?.first != .start, "the session has started")
        _ = try await hand.exchange(Self.report(on: 7))
        #expect(try await executed == Self.outcome)
    }

    @Test("of two polls the newer waits and the older is sent home")
    func newestPollWins() async throws {
        let hand = try await Hand(longPollSeconds: 60)
        let orders = try await withThrowingTaskGroup(of: RemoteManagementOrder.self) { group in
            group.addTask { try await hand.poll(last: 0) }
            group.addTask { try await hand.poll(last: 0) }
            let first = try #require(try await group.next())
            group.addTask {
                Task { try? await hand.remote.execute(Self.list(3), on: hand.id) }
                return RemoteManagementOrder()
            }
            return try await group.reduce(into: [first]) { $0.append($1) }
        }
        #expect(orders[0].orderNumber == nil, "the older poll is answered before there is an order")
        #expect(orders.compactMap(\.orderNumber) == [3])
        await hand.remote.shutDown()
    }

    @Test("a repeated report is acknowledged, recorded by whoever keeps reports, and changes nothing")
    func repeatedReport() async throws {
        let hand = try await Hand()
        async let executed = hand.remote.execute(Self.list(7), on: hand.id)
        #expect(try await hand.fetch(last: 0).orderNumber == 7)
        #expect(try await hand.exchange(Self.report(on: 7)).orderNumber == nil)
        #expect(try await executed == Self.outcome)
        #expect(try await hand.exchange(Self.report(on: 7)).orderNumber == nil)
        async let second = hand.remote.execute(Self.list(8), on: hand.id)
        // The repeated report on 7 is not taken for one on 8.
        while try await hand.exchange(Self.report(on: 7)).orderNumber != 8 {}
        #expect(try await hand.exchange(Self.report(on: 8, answer: [0x69, 0x85])).orderNumber == nil)
        #expect(try await second.script == [[0x69, 0x85]])
    }

    @Test("a report that cannot be made durable is not acknowledged, and is taken when it comes again")
    func reportNotRecorded() async throws {
        let hand = try await Hand()
        async let executed = hand.remote.execute(Self.list(7), on: hand.id)
        #expect(try await hand.fetch(last: 0).orderNumber == 7)
        hand.journal.fail(next: 1)
        await #expect(throws: RemoteAgentError.reportNotRecorded) { try await hand.exchange(Self.report(on: 7)) }
        _ = try await hand.exchange(Self.report(on: 7))
        #expect(try await executed == Self.outcome)
    }

    @Test("unknown sessions, another agent's session and one without handshake are unknown")
    func sessions() async throws {
        let hand = try await Hand()
        let stranger = try SecureElementIdentifier(value: "FFFFFFFF")
        let poll = RemoteManagementReport.polling(lastOrderNumber: 0)
        await #expect(throws: RemoteAgentError.unknownSession) {
            try await hand.remote.exchange(sessionID: "none", agent: hand.id, report: poll)
        }
        await #expect(throws: RemoteAgentError.unknownSession) {
            try await hand.remote.exchange(sessionID: hand.session, agent: stranger, report: poll)
        }
        let bare = try await hand.remote.openSession(agent: stranger)
        await #expect(throws: RemoteAgentError.unknownSession) {
            try await hand.remote.exchange(sessionID: bare, agent: stranger, report: poll)
        }
        await #expect(throws: RemoteAgentError.unknownSession) {
            try await hand.remote.handshake(sessionID: hand.session, agent: stranger, command: hand.handshake)
        }
        await #expect(throws: RemoteAgentError.self) {
            try await hand.remote.handshake(sessionID: bare, agent: stranger, command: hand.handshake)
        }
    }

    @Test("a new session of an agent closes its old one")
    func newSession() async throws {
        let hand = try await Hand()
        let old = hand.session
        let new = try await hand.remote.openSession(agent: hand.id)
        #expect(new != old)
        await #expect(throws: RemoteAgentError.unknownSession) { try await hand.poll(last: 0) }
        #expect(await hand.remote.attached == [hand.id])
    }

    @Test("whoever waits learns whether the order had left: no report, or unreachable")
    func givingUp() async throws {
        let hand = try await Hand(reportSeconds: 0.05)
        await #expect(throws: GatewayError.unreachable("the agent did not fetch the order within 0.05 s")) {
            try await hand.remote.execute(Self.list(1), on: hand.id)
        }
        let patient = try await Hand(reportSeconds: 0.5)
        let executed = Task { try await patient.remote.execute(Self.list(2), on: patient.id) }
        #expect(try await patient.fetch(last: 0).orderNumber == 2)
        await #expect(throws: GatewayError.noReport("no report within 0.5 s")) { try await executed.value }

        let nobody = try SecureElementIdentifier(value: "FFFFFFFF")
        await #expect(throws: GatewayError.unreachable("no agent of cin:FFFFFFFF is attached to north")) {
            try await hand.remote.execute(Self.list(3), on: nobody)
        }
    }

    @Test("an order that has left once is never called unreachable, also when the agent says it did not get it")
    func onceLeftOnlyAReportTells() async throws {
        let hand = try await Hand()
        let executed = Task { try await hand.remote.execute(Self.list(2), on: hand.id) }
        #expect(try await hand.fetch(last: 0).orderNumber == 2)
        hand.journal.whenRecorded { await hand.remote.shutDown() }
        // A report on an older order says in passing that 2 was never begun; the server goes down while it is recorded.
        _ = try? await hand.exchange(Self.report(on: 1, last: 1))
        await #expect(throws: GatewayError.noReport("the server is going down")) { try await executed.value }
    }

    @Test("a session that closes tells its waiter whether the order had left")
    func closing() async throws {
        let hand = try await Hand()
        let executed = Task { try await hand.remote.execute(Self.list(1), on: hand.id) }
        #expect(try await hand.fetch(last: 0).orderNumber == 1)
        _ = try await hand.remote.openSession(agent: hand.id)
        await #expect(throws: GatewayError.noReport("the agent opened another session")) { try await executed.value }
    }

    @Test("there are as many sessions as the limit says, and not one more")
    func sessionsMax() async throws {
        let hand = try await Hand(sessionsMax: 2)
        _ = try await hand.remote.openSession(agent: try SecureElementIdentifier(value: "00000001"))
        await #expect(throws: RemoteAgentError.tooManySessions) {
            try await hand.remote.openSession(agent: try SecureElementIdentifier(value: "00000002"))
        }
        _ = try await hand.remote.openSession(agent: hand.id)
        #expect(await hand.remote.attachedCount == 2)
    }

    @Test("an agent that lost its record of an order says so")
    func lostRecord() {
        let refused = RemoteManagementReport(
            localAgentStatus: LocalAgentStatus(.unknownFailure, executedSeRamCommands: 0), inReplyTo: 3)
        #expect(SecureElementReport(refused) == SecureElementReport(script: [], epilogue: [], isLost: true))
        let unavailable = RemoteManagementReport(
            localAgentStatus: LocalAgentStatus(.unavailableSecureElement, executedSeRamCommands: 0), inReplyTo: 3)
        #expect(SecureElementReport(unavailable) == SecureElementReport(script: [], epilogue: []))
    }
}

/// A local agent whose every message is sent by the test.
private struct Hand {
    let remote: RemoteAgent
    let journal = RecordingJournal()
    let id: SecureElementIdentifier
    let session: String
    let handshake: RAMHandshakeCommand

    init(longPollSeconds: Double = 0.02, reportSeconds: Double = 60, sessionsMax: Int = 16) async throws {
        let limits = RemoteAgentLimits(
            longPollSeconds: longPollSeconds, reportSeconds: reportSeconds, connectSeconds: 0,
            sessionsMax: sessionsMax)
        let counter = Counter()
        remote = RemoteAgent(network: "north", reports: journal, limits: limits) {
            "session-\(counter.next())"
        }
        id = try SecureElementIdentifier(value: "0102030405060708")
        session = try await remote.openSession(agent: id)
        handshake = RAMHandshakeCommand(secureElements: [SecureElementDescription(seType: .embedded, seId: id.value)])
        _ = try await remote.handshake(sessionID: session, agent: id, command: handshake)
    }

    /// Polls until there is an order.
    func fetch(last: Int) async throws -> RemoteManagementOrder {
        while true {
            let order = try await poll(last: last)
            if order.orderNumber != nil { return order }
        }
    }

    func poll(last: Int) async throws -> RemoteManagementOrder {
        try await exchange(.polling(lastOrderNumber: last))
    }

    func exchange(_ report: RemoteManagementReport) async throws -> RemoteManagementOrder {
        try await remote.exchange(sessionID: session, agent: id, report: report)
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

private final class RecordingJournal: ReportJournal {
    struct Entry: Equatable {
        var number: Int64
        var report: SecureElementReport
    }

    private struct State {
        var recorded: [Entry] = []
        var failures = 0
        var afterwards: (@Sendable () async -> Void)?
    }

    private let state = Mutex(State())

    var recorded: [Entry] { state.withLock(\.recorded) }
    func fail(next count: Int) { state.withLock { $0.failures = count } }
    func whenRecorded(_ action: @escaping @Sendable () async -> Void) { state.withLock { $0.afterwards = action } }

    func record(
        _ report: SecureElementReport, of number: ExecutionNumber, from secureElement: SecureElementIdentifier
    ) async throws(TSMError) {
        let (failed, afterwards) = state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                return (true, nil as (@Sendable () async -> Void)?)
            }
            state.recorded.append(Entry(number: number.rawValue, report: report))
            return (false, state.afterwards)
        }
        guard !failed else { throw .internal(reason: "the disk is full") }
        await afterwards?()
    }
}
