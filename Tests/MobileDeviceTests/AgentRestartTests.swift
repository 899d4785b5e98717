import ISO7816
import MobileDevice
import SERAM
import Testing

@Suite("A local agent that is killed")
struct AgentRestartTests {
    static let order = RemoteManagementOrder(
        ramCommands: [
            .start, .secureElement(apdus(1...3), stopAtFirstRefusal: true), .secureElement(apdus(8...9)),
        ], orderNumber: 1)
    /// received · five times sent and answered · concluded · acknowledged
    static let recordCount = 13

    @Test(
        "executes no APDU twice and reports what it knows, wherever it was killed",
        arguments: 0..<recordCount)
    func killedAtEveryRecord(_ recordsUntilDeath: Int) async throws {
        let card = CountingCard()
        let journal = MortalJournal(recordsUntilDeath: recordsUntilDeath)
        let server = ScriptedRemoteAgent(orders: Self.order)
        var killed = LocalAgent(for: element, card: card, connection: server, journal: journal)
        await #expect(throws: LocalAgentError.journal(AgentJournalFailure(reason: "power lost"))) {
            for _ in 0..<3 { _ = try await killed.step() }
        }
        let executedBefore = await card.executed.map(\.p1)
        let durable = await journal.kept
        #expect(durable.count == recordsUntilDeath)

        // The server re-sends the order exactly if the agent says that it never began it.
        let next = ScriptedRemoteAgent(
            durable.isEmpty ? [.success(Self.order)] : [.success(RemoteManagementOrder())])
        var restarted = LocalAgent(for: element, card: card, connection: next, journal: MortalJournal(durable))
        for _ in 0..<2 { _ = try await restarted.step() }
        let executed = await card.executed.map(\.p1)
        #expect(Set(executed).count == executed.count, "no APDU was executed twice")

        let reports = await next.reports
        let report = try #require(reports.first { $0.inReplyTo == 1 })
        #expect(reports[0].lastOrderNumber == (durable.isEmpty ? 0 : 1))
        guard !durable.isEmpty else {
            #expect(report.ramResponses?.flatMap(\.listOfRAPDU) == [1, 2, 3, 8, 9].map { answer($0) })
            return
        }
        #expect(reports[0] == report, "the report that is owed goes out first")
        #expect(executed == executedBefore, "nothing more is executed after the restart")
        let sent = durable.count { if case .sent = $0 { true } else { false } }
        let answered = durable.count { if case .answered = $0 { true } else { false } }
        let known = [1, 2, 3, 8, 9].prefix(answered).map { answer($0) }
        let torn = Array(repeating: HexAPDU.notAvailable, count: sent - answered)
        #expect(report.ramResponses?.flatMap(\.listOfRAPDU) ?? [] == known + torn)
        #expect(
            report.localAgentStatus.localAgentStatusEnum
                == (sent == answered && sent > 0 ? .processed : .unknownFailure))
        #expect(report.localAgentStatus.executedSeRamCommands == (answered == 5 ? 2 : answered >= 3 ? 1 : 0))
        // Whatever was executed stands in the report, as an answer or as "sent and not answered".
        #expect(executed.count <= sent)
    }

    @Test("a report that was concluded but not acknowledged is repeated word for word")
    func concludedReportSurvives() async throws {
        let card = CountingCard([command(2): .lostAfter])
        let journal = MortalJournal(recordsUntilDeath: .max)
        let server = ScriptedRemoteAgent([.success(Self.order), .failure(.unreachable(reason: "lost"))])
        var first = LocalAgent(for: element, card: card, connection: server, journal: journal)
        _ = try await first.step()
        await #expect(throws: LocalAgentError.self) { _ = try await first.step() }
        let next = ScriptedRemoteAgent(orders: RemoteManagementOrder())
        var second = LocalAgent(for: element, card: card, connection: next, journal: journal)
        _ = try await second.step()
        #expect(await next.reports[0] == server.reports[1])
        #expect(await next.reports[0].localAgentStatus.errorMsg == "list 1, APDU 2: torn")
    }

    @Test("an agent that was killed after the acknowledgement refuses the old number after the restart")
    func numberSurvives() async throws {
        let card = CountingCard()
        let journal = MortalJournal()
        let server = ScriptedRemoteAgent(orders: Self.order, RemoteManagementOrder())
        var first = LocalAgent(for: element, card: card, connection: server, journal: journal)
        for _ in 0..<2 { _ = try await first.step() }
        let next = ScriptedRemoteAgent(orders: Self.order)
        let compacted = try AgentJournalState.compacted(await journal.kept)
        #expect(compacted == [.baseline(lastOrderNumber: 1)])
        var second = LocalAgent(for: element, card: card, connection: next, journal: MortalJournal(compacted))
        #expect(try await second.step().event == .repeated(orderNumber: 1))
        #expect(await card.executed.count == 5)
    }

    @Test("an agent does not go on with a journal that contradicts itself")
    func contradictoryJournal() async throws {
        let broken: [AgentJournalRecord] = [.received(Self.order), .sent(list: 0, apdu: 1)]
        var agent = LocalAgent(
            for: element, card: CountingCard(), connection: ScriptedRemoteAgent([]), journal: MortalJournal(broken))
        await #expect(
            throws: LocalAgentError.journal(
                AgentJournalFailure(reason: "record 1 (sent) does not follow from those before"))
        ) { _ = try await agent.step() }
    }
}

@Suite("The agent's journal")
struct AgentJournalStateTests {
    static let order = AgentRestartTests.order
    static let report = RemoteManagementReport.polling(lastOrderNumber: nil)

    @Test(
        "records that cannot follow each other are refused",
        arguments: [
            [.sent(list: 0, apdu: 0)], [.acknowledged], [.concluded(report)],
            [.received(order), .received(order)], [.received(order), .acknowledged],
            [.received(order), .baseline(lastOrderNumber: 2)],
            [.received(order), .sent(list: 0, apdu: 3)], [.received(order), .sent(list: 2, apdu: 0)],
            [.received(order), .sent(list: 1, apdu: 0), .sent(list: 0, apdu: 0)],
            [.received(order), .sent(list: 0, apdu: 0), .sent(list: 0, apdu: 0)],
            [.received(order), .answered(list: 0, apdu: 0, response: answer(1))],
            [.received(order), .sent(list: 0, apdu: 0), .answered(list: 0, apdu: 0, response: .notAvailable)],
            [
                .received(order), .sent(list: 0, apdu: 0), .answered(list: 0, apdu: 0, response: answer(1)),
                .answered(list: 0, apdu: 0, response: answer(1)),
            ],
            [.received(order), .concluded(report), .sent(list: 0, apdu: 0)],
            [.received(order), .concluded(report), .acknowledged, .received(order)],
            [.baseline(lastOrderNumber: 1), .received(order)],
            [.baseline(lastOrderNumber: 2), .baseline(lastOrderNumber: 1)],
        ] as [[AgentJournalRecord]])
    func inconsistent(_ records: [AgentJournalRecord]) {
        #expect(throws: AgentJournalFailure.self) { try AgentJournalState(records) }
    }

    @Test("compaction keeps the meaning and what came after the acknowledgement")
    func compaction() throws {
        let second = RemoteManagementOrder(ramCommands: [.start], orderNumber: 2)
        let records: [AgentJournalRecord] = [
            .received(Self.order), .concluded(Self.report), .acknowledged, .received(second),
        ]
        let compacted = try AgentJournalState.compacted(records)
        #expect(compacted == [.baseline(lastOrderNumber: 1), .received(second)])
        #expect(try AgentJournalState(compacted) == AgentJournalState(records))
    }

    @Test("without an acknowledgement nothing is forgotten")
    func nothingToCompact() throws {
        let records: [AgentJournalRecord] = [.received(Self.order), .concluded(Self.report)]
        #expect(try AgentJournalState.compacted(records) == records)
    }
}
