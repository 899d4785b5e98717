import ISO7816
import SERAM
import Testing

@testable import MobileDevice

@Suite("The local agent")
struct LocalAgentTests {
    func agent(
        _ card: CountingCard, _ server: ScriptedRemoteAgent, _ journal: any AgentJournal = InMemoryAgentJournal(),
        notifications: @escaping NotificationSink = { _ in }, clock: AgentClock = AgentClock()
    ) -> LocalAgent {
        LocalAgent(
            for: element, card: card, connection: server, journal: journal, notifications: notifications, clock: clock)
    }

    // MARK: Executing

    @Test("the agent opens a session, polls, executes an order and reports with the next message")
    func oneOrder() async throws {
        let card = CountingCard()
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.start, .secureElement(apdus(1...3))], orderNumber: 1))
        var agent = agent(card, server)
        #expect(try await agent.step() == .init(event: .executed(orderNumber: 1), pause: .zero))
        #expect(try await agent.step() == .init(event: .polled, pause: .seconds(1)))
        _ = try await agent.step()
        let reports = await server.reports
        #expect(reports[0] == .polling(lastOrderNumber: 0))
        #expect(
            reports[1]
                == RemoteManagementReport(
                    localAgentStatus: LocalAgentStatus(.processed, executedSeRamCommands: 1),
                    ramResponses: [SERAMResponse(listOfRAPDU: [answer(1), answer(2), answer(3)])], inReplyTo: 1,
                    lastOrderNumber: 1))
        #expect(reports[2] == .polling(lastOrderNumber: 1))
        #expect(await card.executed.map(\.p1) == [1, 2, 3])
        #expect(await card.resets == 0)
    }

    @Test(
        "a list told to stop at a refusal stops at 63C0, 6985 and 6A88",
        arguments: [StatusWord(0x63C0), 0x6985, 0x6A88])
    func stopsAtRefusal(_ status: StatusWord) async throws {
        let card = CountingCard([command(2): .answer(ResponseAPDU(status))])
        let order = RemoteManagementOrder(
            ramCommands: [
                .secureElement(apdus(1...3), stopAtFirstRefusal: true), .secureElement(apdus(8...9)),
            ], orderNumber: 1)
        let server = ScriptedRemoteAgent(orders: order)
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        let report = await server.reports[1]
        #expect(report.localAgentStatus == LocalAgentStatus(.processed, executedSeRamCommands: 2))
        #expect(
            report.ramResponses == [
                SERAMResponse(listOfRAPDU: [answer(1), HexAPDU(ResponseAPDU(status))]),
                SERAMResponse(listOfRAPDU: [answer(8), answer(9)]),
            ])
    }

    @Test(
        "a list told to stop at a refusal goes on after 6283, 6200 and 6310",
        arguments: [StatusWord(0x6283), 0x6200, 0x6310])
    func goesOnAfterWarning(_ status: StatusWord) async throws {
        let card = CountingCard([command(1): .answer(ResponseAPDU(status))])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                ramCommands: [.secureElement(apdus(1...2), stopAtFirstRefusal: true)], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        #expect(await card.executed.map(\.p1) == [1, 2])
    }

    @Test("a list not told to stop sends every APDU, as SERAM has it")
    func plainListGoesOn() async throws {
        let card = CountingCard([command(1): .answer(ResponseAPDU(0x6985))])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...3))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        #expect(await card.executed.map(\.p1) == [1, 2, 3])
    }

    @Test("a response announced with 61xx is fetched and reported whole")
    func getResponse() async throws {
        let getResponse = CommandAPDU(0x00, 0xC0, 0, 0, expectedLength: 4)
        let card = CountingCard([
            command(1): .answer(ResponseAPDU(0x6104)),
            getResponse: .answer(ResponseAPDU(.success, data: [1, 2, 3, 4])),
        ])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        #expect(
            await server.reports[1].ramResponses == [
                SERAMResponse(listOfRAPDU: [HexAPDU([1, 2, 3, 4, 0x90, 0x00])])
            ])
    }

    @Test("when the GET RESPONSE is lost, the command counts as sent and not answered")
    func getResponseLost() async throws {
        let getResponse = CommandAPDU(0x00, 0xC0, 0, 0, expectedLength: 4)
        let card = CountingCard([command(1): .answer(ResponseAPDU(0x6104)), getResponse: .lostBefore])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        #expect(await server.reports[1].localAgentStatus.localAgentStatusEnum == .unknownFailure)
        #expect(await server.reports[1].ramResponses == [SERAMResponse(listOfRAPDU: [.notAvailable])])
    }

    @Test("notifications reach the device application in their place")
    func notifications() async throws {
        let heard = InOrder()
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                ramCommands: [.notification("one"), .secureElement(apdus(1...1)), .notification("two")]))
        var agent = agent(CountingCard(), server, notifications: { await heard.append($0) })
        _ = try await agent.step()
        #expect(await heard.texts == ["one", "two"])
    }

    @Test("an order with an APDU that is none is refused whole: nothing is sent to the card")
    func malformedAPDU() async throws {
        let card = CountingCard()
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                ramCommands: [.secureElement(apdus(1...1)), .secureElement([HexAPDU([0x00, 0xA4, 0x04])])],
                orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        let report = await server.reports[1]
        #expect(report.localAgentStatus.localAgentStatusEnum == .unknownFailure)
        #expect(report.localAgentStatus.errorMsg == "list 2, APDU 1: a command APDU has at least 4 bytes, found 3")
        #expect(report.inReplyTo == 1)
        #expect(await card.executed.isEmpty)
    }

    @Test("an order for another secure element is answered UNAVAILABLE_SE and nothing is sent")
    func otherSecureElement() async throws {
        let card = CountingCard()
        let other = SecureElementDescription(seType: .embedded, seId: "4243")
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                chosenSecureElement: other, ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        #expect(await server.reports[1].localAgentStatus.localAgentStatusEnum == .unavailableSecureElement)
        #expect(await card.executed.isEmpty)
    }

    // MARK: A card out of reach

    @Test("a card that is out of reach from the start is UNAVAILABLE_SE: nothing was sent")
    func unavailable() async throws {
        let card = CountingCard([command(1): .lostBefore], answersAfterReset: false)
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                ramCommands: [.secureElement(apdus(1...2)), .secureElement(apdus(8...8))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        let report = await server.reports[1]
        #expect(
            report.localAgentStatus
                == LocalAgentStatus(
                    .unavailableSecureElement, executedSeRamCommands: 0,
                    errorMsg: "list 1, APDU 1: out of the field"))
        #expect(report.ramResponses == [SERAMResponse(listOfRAPDU: [])])
        #expect(await card.executed.isEmpty)
    }

    @Test("a torn APDU stands as the empty string, its list ends, and the epilogue is run after a reset")
    func tornThenEpilogue() async throws {
        let card = CountingCard([command(2): .lostAfter])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(
                ramCommands: [
                    .secureElement(apdus(1...3)), .notification("done"), .secureElement(apdus(8...9)),
                ], orderNumber: 1))
        let heard = InOrder()
        var agent = agent(card, server, notifications: { await heard.append($0) })
        _ = try await agent.step()
        _ = try await agent.step()
        let report = await server.reports[1]
        #expect(
            report.localAgentStatus
                == LocalAgentStatus(.unknownFailure, executedSeRamCommands: 1, errorMsg: "list 1, APDU 2: torn"))
        #expect(
            report.ramResponses == [
                SERAMResponse(listOfRAPDU: [answer(1), .notAvailable]),
                SERAMResponse(listOfRAPDU: [answer(8), answer(9)]),
            ])
        #expect(await card.executed.map(\.p1) == [1, 2, 8, 9])
        #expect(await card.resets == 1)
        #expect(await heard.texts.isEmpty)
    }

    @Test("a card lost before an APDU left is PROCESSED as far as it was: the list ends without an empty string")
    func lostBetween() async throws {
        let card = CountingCard([command(2): .lostBefore], answersAfterReset: false)
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...3))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        _ = try await agent.step()
        let report = await server.reports[1]
        #expect(report.localAgentStatus.localAgentStatusEnum == .processed)
        #expect(report.localAgentStatus.executedSeRamCommands == 0)
        #expect(report.ramResponses == [SERAMResponse(listOfRAPDU: [answer(1)])])
    }

    @Test("a card that fell silent in the last list is reset all the same: the next order finds it powered")
    func resetAfterLastList() async throws {
        let card = CountingCard([command(2): .lostAfter])
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...3))], orderNumber: 1))
        var agent = agent(card, server)
        _ = try await agent.step()
        #expect(await card.resets == 1)
        #expect(await card.executed.map(\.p1) == [1, 2])
    }

    // MARK: Numbers

    @Test("an order number that was begun before is never executed again")
    func noNumberTwice() async throws {
        let card = CountingCard()
        let order = RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 5)
        let older = RemoteManagementOrder(ramCommands: [.secureElement(apdus(2...2))], orderNumber: 4)
        let server = ScriptedRemoteAgent(orders: order, RemoteManagementOrder(), order, older)
        var agent = agent(card, server)
        #expect(try await agent.step().event == .executed(orderNumber: 5))
        #expect(try await agent.step().event == .polled)
        #expect(try await agent.step().event == .repeated(orderNumber: 5))
        #expect(try await agent.step().event == .repeated(orderNumber: 4))
        #expect(try await agent.step().event == .polled)
        let reports = await server.reports
        #expect(reports[3].inReplyTo == 5)
        #expect(reports[3].localAgentStatus.localAgentStatusEnum == .unknownFailure)
        #expect(reports[4].inReplyTo == 4)
        #expect(await card.executed.map(\.p1) == [1])
    }

    @Test("an order that comes back in answer to its own report gets the stored report once more")
    func storedReportIsRepeated() async throws {
        let card = CountingCard()
        let order = RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 5)
        let server = ScriptedRemoteAgent(orders: order, order)
        var agent = agent(card, server)
        _ = try await agent.step()
        #expect(try await agent.step().event == .repeated(orderNumber: 5))
        _ = try await agent.step()
        let reports = await server.reports
        #expect(reports[1] == reports[2])
        #expect(reports[2].inReplyTo == 5)
        #expect(await card.executed.map(\.p1) == [1])
    }

    @Test("a report is repeated until the server answers, and the order after it acknowledges it")
    func reportIsRepeated() async throws {
        let card = CountingCard()
        let first = RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1)
        let second = RemoteManagementOrder(ramCommands: [.secureElement(apdus(2...2))], orderNumber: 2)
        let server = ScriptedRemoteAgent([
            .success(first), .failure(.unreachable(reason: "tunnel")), .failure(.serverFailure(status: 503)),
            .success(second),
        ])
        var agent = agent(card, server)
        _ = try await agent.step()
        await #expect(throws: LocalAgentError.connection(.unreachable(reason: "tunnel"))) { try await agent.step() }
        await #expect(throws: LocalAgentError.connection(.serverFailure(status: 503))) { try await agent.step() }
        #expect(try await agent.step().event == .executed(orderNumber: 2))
        _ = try await agent.step()
        #expect(await server.reports.map(\.inReplyTo) == [nil, 1, 1, 1, 2])
        #expect(await card.executed.map(\.p1) == [1, 2])
    }

    // MARK: Sessions

    @Test("when the server no longer knows the session, the report goes out first in a new one")
    func newSession() async throws {
        let server = ScriptedRemoteAgent([
            .success(RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1)),
            .failure(.unknownSession), .success(RemoteManagementOrder()),
        ])
        var agent = agent(CountingCard(), server)
        _ = try await agent.step()
        await #expect(throws: LocalAgentError.connection(.unknownSession)) { try await agent.step() }
        _ = try await agent.step()
        #expect(await server.sessions == 2)
        #expect(await server.reports.map(\.inReplyTo) == [nil, 1, 1])
    }

    @Test("a stop ends the session; the next step opens another")
    func stop() async throws {
        let server = ScriptedRemoteAgent(orders: RemoteManagementOrder(ramCommands: [.stop]))
        var agent = agent(CountingCard(), server)
        #expect(try await agent.step().event == .stopped)
        _ = try await agent.step()
        #expect(await server.sessions == 2)
        #expect(await server.reports.map(\.localAgentStatus.localAgentStatusEnum) == [.polling, .polling])
    }

    @Test("a numbered order with a stop is still reported, in the next session")
    func numberedStop() async throws {
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1)), .stop], orderNumber: 1))
        var agent = agent(CountingCard(), server)
        #expect(try await agent.step().event == .stopped)
        _ = try await agent.step()
        #expect(await server.sessions == 2)
        #expect(await server.reports.map(\.inReplyTo) == [nil, 1])
    }

    @Test("an answer to the handshake that was not offered is refused")
    func handshakeMismatch() async throws {
        let server = ScriptedRemoteAgent([], handshakeAnswer: RAMHandshakeResponse(chosenVersion: "3.0.0"))
        var agent = agent(CountingCard(), server)
        await #expect(throws: LocalAgentError.connection(.noCommonOption)) { try await agent.step() }
    }

    @Test("the delay of an order is kept, up to five minutes", arguments: [(0, 0), (250, 250), (.max, 300_000)])
    func delay(_ asked: Int, _ kept: Int) async throws {
        let server = ScriptedRemoteAgent(orders: RemoteManagementOrder(delay: asked))
        var agent = agent(CountingCard(), server)
        #expect(try await agent.step().pause == .milliseconds(kept))
    }

    // MARK: Running

    @Test("failed exchanges are repeated after 1, 2, 4 … 30 seconds and given up within five minutes")
    func retries() async throws {
        let time = ManualClock()
        let server = ScriptedRemoteAgent(Array(repeating: .failure(.unreachable(reason: "dark")), count: 100))
        var agent = agent(CountingCard(), server, clock: time.clock)
        await #expect(throws: LocalAgentError.remoteAgentLost(.unreachable(reason: "dark"))) {
            try await agent.run()
        }
        let pauses = time.pauses
        #expect(Array(pauses.prefix(7)) == [1, 2, 4, 8, 16, 30, 30].map { Duration.seconds($0) })
        #expect(pauses.reduce(.zero, +) <= .seconds(300))
        #expect(pauses.reduce(.zero, +) > .seconds(270))
    }

    @Test("an answer in between starts the five minutes anew")
    func retriesStartAnew() async throws {
        let time = ManualClock(patience: 25)
        let dark: [Result<RemoteManagementOrder, RemoteAgentConnectionError>] =
            Array(repeating: .failure(.unreachable(reason: "dark")), count: 10)
        let server = ScriptedRemoteAgent(dark + [.success(RemoteManagementOrder())] + dark)
        var agent = agent(CountingCard(), server, clock: time.clock)
        try await agent.run()
        #expect(time.pauses.reduce(.zero, +) > .seconds(300))
    }

    @Test("a refused credential is not tried again")
    func refusedCredential() async throws {
        let server = ScriptedRemoteAgent([.failure(.notAuthorized)])
        let time = ManualClock()
        var agent = agent(CountingCard(), server, clock: time.clock)
        await #expect(throws: LocalAgentError.connection(.notAuthorized)) { try await agent.run() }
        #expect(time.pauses.isEmpty)
    }

    @Test("a handset runs its agent until it is switched off")
    func handset() async throws {
        let card = CountingCard()
        let server = ScriptedRemoteAgent(
            orders: RemoteManagementOrder(ramCommands: [.secureElement(apdus(1...1))], orderNumber: 1))
        let handset = VirtualHandset(
            mobileSubscriptionIdentifier: "+15550100", mobileNetwork: "Network One", secureElement: element, card: card,
            journal: InMemoryAgentJournal())
        try await handset.run(connection: server, clock: ManualClock(patience: 1).clock)
        #expect(await server.reports.map(\.inReplyTo) == [nil, 1])
        #expect(await card.executed.count == 1)
    }
}

/// Texts in the order of their arrival.
actor InOrder {
    private(set) var texts: [String] = []
    func append(_ text: String) { texts.append(text) }
}
