import GlobalPlatform
import ISO7816
import KeyVault
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("A repeated request gets the first answer")
struct IdempotencyTests {
    @Test("the same key and body give the same answer, and the card is not asked again")
    func sameAnswer() async throws {
        try await World.tell { world in
            let first = await world.first
            let request = PrePersonalizationRequest(service: try world.service(first))
            let context = world.context(first, key: "pre")
            let answer = try await world.tsm.prePersonalize(request, context)
            let communication = try await world.begin(first)
            let script = ProcessScriptRequest(
                communication: communication, commands: World.plainPersonalization(of: Names.firstInstance))
            let outcome = try await world.tsm.processScript(script, world.context(first, key: "script"))
            let activation = try await world.tsm.activateService(
                try world.service(first), world.context(first, key: "activate"))

            let (apdus, records) = (world.guillotine.apdus, try await world.records)
            let again = try await world.tsm.prePersonalize(request, context)
            #expect(again == answer, "also where it says what was created")
            let outcomeAgain = try await world.tsm.processScript(script, world.context(first, key: "script"))
            #expect(outcomeAgain == outcome)
            let activationAgain = try await world.tsm.activateService(
                try world.service(first), world.context(first, key: "activate"))
            #expect(activationAgain == activation)
            #expect(world.guillotine.apdus == apdus)
            #expect(try await world.records == records)
            #expect(try await world.progress(of: Names.firstInstance)?.completions == 1)
        }
    }

    @Test("the same key with another body is a conflict; another provider's same key is its own")
    func conflict() async throws {
        try await World.tell { world in
            let (first, second) = (await world.first, try await world.addProvider())
            let request = PrePersonalizationRequest(service: try world.service(first))
            _ = try await world.tsm.prePersonalize(request, world.context(first, key: "pre", body: [1]))
            let refusal = try await world.refusal {
                try await $0.prePersonalize(request, world.context(first, key: "pre", body: [2]))
            }
            #expect(refusal == .idempotencyConflict)
            let other = try await world.tsm.prePersonalize(
                PrePersonalizationRequest(service: try world.service(second)),
                world.context(second, key: "pre", body: [2]))
            #expect(other.securityDomain == Names.secondDomain)
        }
    }

    @Test("a refused request may be corrected under the same key: it had no effect to keep")
    func refusedRequestIsNotKept() async throws {
        try await World.tell { world in
            let first = await world.first
            _ = try await world.refusal {
                try await $0.prePersonalize(
                    PrePersonalizationRequest(service: try world.service(first, number: 9)),
                    world.context(first, key: "pre", body: [9]))
            }
            _ = try await world.tsm.prePersonalize(
                PrePersonalizationRequest(service: try world.service(first)),
                world.context(first, key: "pre", body: [1]))
        }
    }

    @Test("requests that arrive together under one key have one effect and one answer")
    func together() async throws {
        try await World.tell { world in
            let first = await world.first
            let request = PrePersonalizationRequest(service: try world.service(first))
            let answers = try await withThrowingTaskGroup(of: PrePersonalizationOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await world.tsm.prePersonalize(request, world.context(first, key: "together"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 8)
            #expect(Set(answers).count == 1)
            #expect(try await world.store.executions(limit: 100).count == 1)
        }
    }

    @Test("requests for two cards that arrive together under one key are one effect and one conflict")
    func togetherOnTwoCards() async throws {
        try await World.tell { world in
            let first = await world.first
            let other = try await world.addCard(CardRegistration(cin: "1112131415161718", msi: "4915100000002"))
            let requests = [
                try world.service(first),
                try world.service(first, cin: other.registration.cin, msi: other.registration.msi),
            ]
            let results = await withTaskGroup(of: TSMError?.self) { group in
                for (index, service) in requests.enumerated() {
                    group.addTask {
                        do throws(TSMError) {
                            _ = try await world.tsm.prePersonalize(
                                PrePersonalizationRequest(service: service),
                                world.context(first, key: "one", body: [UInt8(index)]))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.compactMap { $0 } == [.idempotencyConflict])
            #expect(try await world.store.executions(limit: 100).count == 1)
        }
    }

    @Test("an operator's requests that arrive together under one key make one thing")
    func operatorsTogether() async throws {
        try await World.tell { world in
            let transportKey = try world.providerVault.transportKey()
            let batches = try await withThrowingTaskGroup(of: WrappedMasterKey.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await world.desk.createCardBatch(
                            label: "twice", transportKey: transportKey, World.founder("batch together"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(batches.count == 4)
            #expect(Set(batches).count == 1)
        }
    }

    @Test("requests that arrive together under their own keys take turns and find each other's work done")
    func takingTurns() async throws {
        try await World.tell { world in
            let first = await world.first
            let request = PrePersonalizationRequest(service: try world.service(first))
            let answers = try await withThrowingTaskGroup(of: PrePersonalizationOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await world.tsm.prePersonalize(request, world.context(first)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.securityDomainCreated } == 1)
            #expect(try await world.store.executions(limit: 100).count == 1)
        }
    }

    @Test(
        "a script whose answer was lost with the server is not run again: the retry gets what became of it",
        arguments: [Cut.Phase.beforeSend, .sentNotAnswered, .answeredNotCommitted])
    func lostAnswer(phase: Cut.Phase) async throws {
        let apdusBefore = try await Self.apdusOfPrePersonalization()
        try await World.tell(Cut(victim: .server, phase: phase, apdu: apdusBefore + 4)) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            #expect(world.guillotine.apdus == apdusBefore)
            let communication = try await world.begin(first)
            let script = ProcessScriptRequest(
                communication: communication, commands: World.plainPersonalization(of: Names.firstInstance))
            let outcome = try await world.settled { key async throws(TSMError) in
                try await world.tsm.processScript(script, world.context(first, key: key))
            }
            #expect(world.guillotine.hasStruck)
            #expect(await world.serverStarts == 2)
            #expect(outcome.verdict == .completed)
            #expect(try await world.progress(of: Names.firstInstance)?.completions == 1)
            let record = try #require(try await world.store.communication(communication))
            #expect(record.state == .opened, "the communication is not stuck")
            #expect(record.scriptsRun == 1)
        }
    }

    @Test("a script that nobody retries does not hold the card or its communication: the next request settles it")
    func abandonedScript() async throws {
        let apdusBefore = try await Self.apdusOfPrePersonalization()
        try await World.tell(Cut(victim: .server, phase: .sentNotAnswered, apdu: apdusBefore + 4)) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            await #expect(throws: TSMError.self) {
                try await world.process(
                    World.plainPersonalization(of: Names.firstInstance), in: communication, first)
            }
            _ = try await world.tsm.endCommunication(
                EndCommunicationRequest(communication: communication, operationStatus: .failure),
                world.context(first))
            #expect(try await world.store.unsettledExecutions(on: nil).isEmpty)
            let status = try await world.tsm.serviceStatus(try world.service(first), for: first.id)
            let isComplete = try await world.progress(of: Names.firstInstance)?.isComplete
            #expect((status.status == .personalized) == (isComplete == true), "the directory says what the card says")
        }
    }

    private static func apdusOfPrePersonalization() async throws -> Int {
        let world = try await World()
        try await world.prePersonalize(await world.first)
        await world.tearDown()
        return world.guillotine.apdus
    }
}
