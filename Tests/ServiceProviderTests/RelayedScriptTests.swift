import CardTesting
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Testing

@Suite("Scripts that the provider wraps itself")
struct RelayedScriptTests {
    private let random = SeededRandomSource(seed: 11)

    /// Runs commands as the device does: up to the first refusal.
    private func run(_ commands: [CommandAPDU], on card: inout SecureElement) -> ProcessedScript {
        var responses: [Int: ResponseAPDU?] = [:]
        for (index, command) in commands.enumerated() {
            let response = card.process(command)
            responses[index] = response
            guard response.statusWord.isSuccess || response.statusWord == .moreDataAvailable else {
                return ProcessedScript(verdict: .stopped, responses: responses, failedIndexes: [index])
            }
        }
        return ProcessedScript(verdict: .completed, responses: responses, failedIndexes: [])
    }

    @Test(
        "with pseudo-random challenges a rotation is one script, in S8 and S16 mode",
        arguments: [0x70, 0x71] as [UInt8])
    func forecastRotation(implementation: UInt8) async throws {
        let keys = try TestKeys()
        var (card, description) = try keys.card(implementation)
        let maker = ScriptMaker(keys: keys, random: random)
        let script = try await maker.keyRotation(description)
        #expect(script.opening == nil)
        #expect(script.hostChallenge.count == description.challengeLength)
        let commands = try await script.commands(keys)
        #expect(commands.map(\.instruction) == [0xA4, 0x50, 0x82, 0xD8])
        #expect(commands.reduce(0) { $0 + $1.bytes.count } <= script.scriptBytesMax)
        let processed = run(commands, on: &card)
        #expect(try await script.interpret(processed, keys) == .completed)
        let versions = card.inventory.applications[0].keys.map(\.version)
        #expect(versions == ["31"])

        let rotated = try await maker.rotated(description)
        #expect(rotated.keyVersionNumber == 0x31)
        #expect(rotated.sequenceCounter == 0, "replacing a key set starts its counter again")
        #expect(try await script.interpret(run(commands, on: &card), keys) != .completed, "it does not run twice")
    }

    @Test("with random challenges it is an opening and the rest", arguments: [0x60, 0x61] as [UInt8])
    func answeredRotation(implementation: UInt8) async throws {
        let keys = try TestKeys()
        var (card, description) = try keys.card(implementation)
        let script = try await ScriptMaker(keys: keys, random: random).keyRotation(description)
        await #expect(throws: ProviderKeysError.self) { try await script.commands(keys) }
        let opening = try #require(script.opening)
        #expect(opening.map(\.instruction) == [0xA4, 0x50])
        #expect(opening[1].p1 == description.keyVersionNumber)
        #expect(opening[1].data == script.hostChallenge)
        let opened = try #require(script.opened(by: run(opening, on: &card)))
        #expect(opened.opening == nil)
        let commands = try await opened.commands(keys)
        #expect(commands.map(\.instruction) == [0x82, 0xD8])
        #expect(
            try await opened.commands(keys).map(\.bytes) == commands.map(\.bytes),
            "the same again, also after a restart")
        #expect(try await opened.interpret(run(commands, on: &card), keys) == .completed)
        #expect(card.inventory.applications[0].keys.map(\.version) == ["31"])
    }

    @Test("an opening that was refused, lost or not answered opens nothing")
    func failedOpening() async throws {
        let keys = try TestKeys()
        let (_, description) = try keys.card(0x60)
        let script = try await ScriptMaker(keys: keys, random: random).keyRotation(description)
        let answer = ResponseAPDU(.success, data: [UInt8](repeating: 0, count: 29))
        for processed in [
            ProcessedScript(verdict: .unknown, responses: [:], failedIndexes: []),
            ProcessedScript(verdict: .stopped, responses: [0: answer], failedIndexes: [1]),
            ProcessedScript(verdict: .completed, responses: [0: answer, 1: nil], failedIndexes: []),
            ProcessedScript(
                verdict: .completed, responses: [0: answer, 1: ResponseAPDU(.referencedDataNotFound)],
                failedIndexes: []),
        ] {
            #expect(script.opened(by: processed) == nil)
        }
        let lied = try #require(
            script.opened(
                by: ProcessedScript(verdict: .completed, responses: [0: answer, 1: answer], failedIndexes: [])))
        await #expect(throws: ProviderKeysError.self, "the cryptogram is not the card's") {
            try await lied.commands(keys)
        }
    }

    @Test("what the answers prove: stale counters, refusals, foreign cards, torn ends")
    func interpretations() async throws {
        let keys = try TestKeys()
        let (card, description) = try keys.card(0x70)
        let maker = ScriptMaker(keys: keys, random: random)
        let script = try await maker.keyRotation(description)
        let commands = try await script.commands(keys)
        func interpret(_ processed: ProcessedScript) async throws -> RelayedScriptResult {
            try await script.interpret(processed, keys)
        }
        var moved = card
        for _ in 0..<2 {
            // Somebody else's session moves the counter.
            let other = try await maker.keyRotation(description).commands(keys)
            _ = moved.process(other[0])
            _ = moved.process(other[1])
            _ = moved.process(other[2])
        }
        let stale = try await interpret(run(commands, on: &moved))
        #expect(stale == .stale)

        var fresh = card
        var torn = run(commands, on: &fresh)
        torn.responses[3] = nil as ResponseAPDU?
        let settled = try await interpret(torn)
        #expect(settled == .completed, "the central TSM has read on the card that it took effect")
        torn.verdict = .stopped
        let open = try await interpret(torn)
        guard case .stopped = open else {
            Issue.record("expected a torn end, found \(open)")
            return
        }
        let none = try await interpret(ProcessedScript(verdict: .stopped, responses: [:], failedIndexes: []))
        #expect(none == .notStarted)
        let unknown = try await interpret(ProcessedScript(verdict: .unknown, responses: [:], failedIndexes: []))
        #expect(unknown == .unknown)
        let refused = try await interpret(
            ProcessedScript(verdict: .stopped, responses: [0: ResponseAPDU(.fileNotFound)], failedIndexes: [0]))
        #expect(refused == .refused(.fileNotFound))
        var foreign = run(commands, on: &fresh)
        foreign.responses[1] = ResponseAPDU(.success, data: [UInt8](repeating: 0, count: 32))
        let misbehaved = try await interpret(foreign)
        guard case .misbehaved = misbehaved else {
            Issue.record("expected a card without these keys, found \(misbehaved)")
            return
        }
    }

    @Test(
        "personalization fills blocks that fit a wrapped short APDU, and numbers them",
        arguments: [0x70, 0x71] as [UInt8])
    func blocks(implementation: UInt8) async throws {
        let keys = try TestKeys()
        let (_, description) = try keys.card(implementation)
        let data = PersonalizationData([DataGrouping(0x0101, [UInt8](repeating: 7, count: 600))])
        let script = ScriptMaker(keys: keys, random: random).personalization(
            of: "F053454E45534348414C50410001", data, description)
        let commands = try await script.commands(keys)
        #expect(commands.map(\.instruction) == [0xA4, 0x50, 0x82, 0xE6, 0xE2, 0xE2, 0xE2])
        #expect(commands.allSatisfy { $0.data.count <= 255 })
        #expect(commands.suffix(3).map(\.p2) == [0, 1, 2])
        #expect(commands.suffix(3).map { $0.p1 & 0x80 != 0 } == [false, false, true])
        #expect("\(data)" == "‹1 data groupings›", "it may hold a PAN and keys")
    }

    @Test("own key sets count from version 31 to 7F and start over; 30 is nobody's own")
    func versions() {
        #expect(ProviderKeySet.ownVersion(generation: 0) == 0x31)
        #expect(ProviderKeySet.ownVersion(generation: 78) == 0x7F)
        #expect(ProviderKeySet.ownVersion(generation: 79) == 0x31)
        #expect(ProviderKeySet.own(version: 0x30) == nil)
        #expect(ProviderKeySet.own(version: 0x31) == .own(generation: 0))
        #expect(ProviderKeySet.own(version: 0x7F) == .own(generation: 78))
        #expect(ProviderKeySet.own(version: 0x80) == nil)
    }
}
