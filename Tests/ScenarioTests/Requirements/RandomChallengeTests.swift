import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

/// "i" 60 and 61: R-MAC and R-ENC, random card challenges, in S8 and S16 mode.
@Suite("A card that draws random challenges")
struct RandomChallengeTests {
    @Test(
        "Flows A to C, step by step and combined, in S8 and S16 mode", arguments: [0x60, 0x61] as [UInt8],
        [false, true])
    func provisioning(implementation: UInt8, isCombined: Bool) async throws {
        try await World.tell(implementation: implementation) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order(isCombined: isCombined))
            #expect(try await world.selecting(instance) == .success)
            #expect(try await world.progress(of: instance)?.completions == 1)
            #expect(try await world.description(first).keyVersionNumber == 0x31)
            let domain = await world.card.card.inventory.applications.first { $0.aid == Names.firstDomain }
            #expect(domain?.keys.map(\.version) == ["31"])
            let opened = try await world.store.communications(limit: 10)
            #expect(opened.map(\.scriptsRun) == [2, 2], "an opening and the script, for rotation and personalization")
        }
    }

    @Test(
        "pre-personalization and activation take two trips for each session, the first without consequences",
        arguments: CardConfiguration.Figure.allCases)
    func trips(figure: CardConfiguration.Figure) async throws {
        try await World.tell(implementation: 0x60, figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let purposes = try await world.store.executions(limit: 10).map(\.purpose)
            #expect(purposes == [.prePersonalization, .reading, .prePersonalization, .reading])
            try await world.personalizeInPlain(first)
            _ = try await world.tsm.activateService(try world.service(first), world.context(first))
            let later = try await world.store.executions(limit: 10).map(\.purpose).dropLast(4)
            #expect(Array(later) == [.activation, .reading, .script, .reading])
            #expect(try await world.selecting(Names.firstInstance) == .success)
        }
    }

    @Test(
        "a plain script has one session and begins with it; what does not fit is refused, not left out",
        arguments: CardConfiguration.Figure.allCases)
    func oneSessionPerScript(figure: CardConfiguration.Figure) async throws {
        try await World.tell(implementation: 0x60, figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            let personalization = World.plainPersonalization(of: Names.firstInstance)
            let late = try await world.refusal { _ in
                try await world.process(
                    [SelectCommand(Names.firstDomain).command] + personalization, in: communication, first)
            }
            #expect(late?.refusedCommand == 1)
            let outcome = try await world.process(
                personalization + [SelectCommand(Names.firstDomain).command], in: communication, first)
            #expect(outcome.verdict == .completed)
            #expect(outcome.responses.count == personalization.count + 1)
        }
    }

    @Test(
        "the opening of a session answers the challenge, counts as a script, and needs the provider's own SD",
        arguments: CardConfiguration.Figure.allCases)
    func opening(figure: CardConfiguration.Figure) async throws {
        try await World.tell(implementation: 0x60, figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            let initializeUpdate = CommandAPDU(
                0x80, 0x50, 0x30, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256)
            let commands = [SelectCommand(Names.firstDomain).command, initializeUpdate]
            let one = try await world.process(commands, in: communication, first)
            let other = try await world.process(commands, in: communication, first)
            #expect(one.verdict == .completed)
            #expect(one.responses.count == 2)
            #expect(one.responses.last?.data.count == 29, "GPC Amd D Table 7-4, without a sequence counter")
            #expect(one.responses != other.responses, "another challenge each time")
            #expect(try await world.store.communication(communication)?.scriptsRun == 2)

            let instance = try await world.refusal { _ in
                try await world.process(
                    [SelectCommand(Names.firstInstance).command, initializeUpdate], in: communication, first)
            }
            #expect(instance?.refusedCommand == 0)
            let foreign = try await world.refusal { _ in
                try await world.process(
                    [SelectCommand(world.configuration.centralSecurityDomain).command, initializeUpdate],
                    in: communication, first)
            }
            #expect(foreign?.refusedCommand == 0)
            let unknownKeys = try await world.process(
                [
                    commands[0],
                    CommandAPDU(0x80, 0x50, 0x55, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256),
                ], in: communication, first)
            #expect(unknownKeys.verdict == .stopped)
            #expect(unknownKeys.failed.map(\.statusWord) == [StatusWord.referencedDataNotFound.rawValue])
        }
    }

    @Test(
        "a session that something else has ended in between is refused by the card, and the flow opens another",
        arguments: CardConfiguration.Figure.allCases)
    func sessionEndedInBetween(figure: CardConfiguration.Figure) async throws {
        try await World.tell(implementation: 0x60, figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            let maker = ScriptMaker(keys: first.vault, random: world.random)
            let script = try await maker.keyRotation(try await world.description(first))
            let opening = try #require(script.opening)
            let answer = ProcessedScript(try await world.process(opening, in: communication, first))
            let opened = try #require(script.opened(by: answer))
            #expect(opened.opening == nil)
            try await world.prePersonalize(first, prn: "PRN-2")
            let outcome = try await world.process(
                try await opened.commands(first.vault), in: communication, first)
            #expect(outcome.verdict == .stopped)
            #expect(outcome.failed.map(\.index) == [0])
            #expect(try await world.description(first).keyVersionNumber == 0x30, "no key was put")
            let instance = try await world.flow(of: first).run(World.order())
            #expect(try await world.selecting(instance) == .success)
        }
    }

    @Test("the card torn away at any command of the flow costs another round, never a key or a second personalization")
    func cuts() async throws {
        let founded = try await WorldSnapshot.founded(CardRegistration(implementation: 0x60))
        let whole = try await World(from: founded)
        _ = try await whole.flow().run(World.order())
        await whole.tearDown()
        let cuts = stride(from: 0, to: whole.guillotine.apdus, by: 3).flatMap { apdu in
            [
                Cut(victim: .card, phase: .sentNotAnswered, apdu: apdu),
                Cut(victim: .card, phase: .beforeSend, apdu: apdu),
                Cut(victim: .server, phase: .sentNotAnswered, apdu: apdu),
                Cut(victim: .agent, phase: .sentNotAnswered, apdu: apdu),
            ]
        }
        let struck = try await Sweep.run(cuts, from: founded) { world, cut in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order())
            #expect(try await world.selecting(instance) == .success, "\(cut)")
            #expect(try await world.progress(of: instance)?.completions == 1, "\(cut)")
            #expect(try await world.description(first).keyVersionNumber == 0x31, "\(cut)")
        }
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a flow with random challenges")
    }
}
