import CardLink
import CardTesting
import GlobalPlatform
import ISO7816
import KeyVault
import SecureChannel
import SecureElement
import ServiceProvider
import Storage
import Testing
import TrustedServiceManager

/// Cuts the main road at every APDU, in every phase, for every victim, and asks afterwards whether anything was lost,
/// doubled or left behind.
@Suite("No interruption bricks a card, loses a key or runs a script twice", .serialized)
struct CutSweepTests {
    @Test("the main road converges wherever it is cut", arguments: [false, true])
    func sweep(isCombined: Bool) async throws {
        let apdus = try await apdusOfAnUncutRun(isCombined: isCombined)
        var cuts: [Cut] = []
        for victim in Cut.Victim.allCases {
            for phase in Cut.Phase.allCases {
                for apdu in 0..<apdus { cuts.append(Cut(victim: victim, phase: phase, apdu: apdu)) }
            }
        }
        let struck = try await withThrowingTaskGroup(of: Bool.self) { group in
            var waiting = cuts[...]
            var struck = 0
            for _ in 0..<Self.workers {
                if let cut = waiting.popFirst() { group.addTask { try await run(cut, isCombined: isCombined) } }
            }
            while let hasStruck = try await group.next() {
                struck += hasStruck ? 1 : 0
                if let cut = waiting.popFirst() { group.addTask { try await run(cut, isCombined: isCombined) } }
            }
            return struck
        }
        print(
            "swept \(cuts.count) cut points (\(struck) struck) of \(isCombined ? "the combined request" : "Flows A to C")"
        )
        #expect(struck == cuts.count)
    }

    @Test("the main road converges wherever the server dies around a write to its database", arguments: [false, true])
    func sweepCommits(isCombined: Bool) async throws {
        let counting = CommitCut(write: nil, moment: .afterCommit)
        let uncut = try await World(commitCut: counting)
        _ = try await uncut.flow().run(World.order(isCombined: isCombined))
        await uncut.tearDown()
        let cuts = CommitCut.Moment.allCases.flatMap { moment in (0..<counting.writes).map { ($0, moment) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = cuts[...]
            func startNext() {
                guard let (write, moment) = waiting.popFirst() else { return }
                group.addTask { try await run(write, moment, isCombined: isCombined) }
            }
            for _ in 0..<Self.workers { startNext() }
            while try await group.next() != nil { startNext() }
        }
        print("swept \(cuts.count) writes of \(isCombined ? "the combined request" : "Flows A to C")")
        #expect(cuts.count >= 20)
    }

    private func run(_ write: Int, _ moment: CommitCut.Moment, isCombined: Bool) async throws {
        let world = try await World(commitCut: CommitCut(write: write, moment: moment))
        let place = "server \(moment.rawValue) of write \(write), combined: \(isCombined)"
        do {
            let instance = try await world.flow().run(World.order(isCombined: isCombined))
            try await checkNothingIsLost(world, instance, place)
        } catch {
            Issue.record("\(place): \(error)")
        }
        await world.tearDown()
    }

    /// Worlds that run at the same time; each waits more than it computes.
    private static let workers = 8

    private func apdusOfAnUncutRun(isCombined: Bool) async throws -> Int {
        let world = try await World()
        _ = try await world.flow().run(World.order(isCombined: isCombined))
        let apdus = world.guillotine.apdus
        await world.tearDown()
        return apdus
    }

    /// - Returns: whether the cut came to pass.
    private func run(_ cut: Cut, isCombined: Bool) async throws -> Bool {
        let world = try await World(cut)
        do {
            let instance = try await world.flow().run(World.order(isCombined: isCombined))
            try await checkNothingIsLost(world, instance, "\(cut)")
        } catch {
            Issue.record("\(cut), combined: \(isCombined): \(error)")
        }
        await world.tearDown()
        return world.guillotine.hasStruck
    }

    private func checkNothingIsLost(_ world: World, _ instance: AID, _ place: String) async throws {
        var card = await world.card.card
        card.reset()
        #expect(card.process(SelectCommand(instance).command).statusWord == .success, "\(place)")
        try checkRegistry(&card, instance, place)
        try await checkKeys(&card, world, place)
        #expect(try await world.store.unsettledExecutions(on: nil).isEmpty, "\(place)")
    }

    /// One SD of the provider, one instance, personalized exactly once.
    private func checkRegistry(_ card: inout SecureElement, _ instance: AID, _ place: String) throws {
        let domain = PrepersonalizationNames.securityDomain
        _ = card.process(SelectCommand(domain).command)
        let record = card.process(GetDataCommand(0xDF70).command)
        let entries = try BERTLV.sequence(try BERTLV(bytes: record.data).value)
        #expect(entries.count == 2, "one instance under the SD: \(place)")
        let fields = try entries.last.map { try $0.children() } ?? []
        #expect(fields[0x4F as BERTag] == instance.bytes, "\(place)")
        #expect(fields[0x81 as BERTag] == [0x01], "complete: \(place)")
        #expect(fields[0x82 as BERTag] == [0x00, 0x01], "personalized once: \(place)")
    }

    /// The provider's own key set is the only one of its SD, and the provider can open it.
    private func checkKeys(_ card: inout SecureElement, _ world: World, _ place: String) async throws {
        let data = try await world.connection.secureElement(of: World.subscriber)
        let description = try #require(data.card)
        #expect(description.keyVersionNumber == ProviderKeySet.ownVersion(generation: 0), "\(place)")
        _ = card.process(SelectCommand(description.securityDomain).command)
        let template = try KeyInformationTemplate(
            bytes: card.process(GetDataCommand.keyInformationTemplate.command).data)
        #expect(template.versions.map(\.rawValue) == [description.keyVersionNumber], "\(place)")
        let script = try await world.providerVault.forecast(
            .own(generation: 0), card: description, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8],
            commands: [GetStatusCommand(.applications).command])
        let answers = script.script.map { card.process($0) }
        let outcome = script.interpret(answers)
        guard case .complete = outcome else {
            Issue.record("\(place): the provider cannot open its SD: \(outcome)")
            return
        }
    }
}

/// The AID that the first provider's SD gets.
enum PrepersonalizationNames {
    static let securityDomain: AID = "F053454E45534348414C53440001"
}
