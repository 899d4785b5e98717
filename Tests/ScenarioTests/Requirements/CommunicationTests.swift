import GlobalPlatform
import ISO7816
import SecureElement
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Communications")
struct CommunicationTests {
    private static let read = [SelectCommand(Names.firstInstance).command]

    @Test(
        "TSM-08 begin answers id, OTA bearer, script count and size, script format and permitted time",
        arguments: CardConfiguration.Figure.allCases)
    func terms(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let begun = try await world.tsm.beginCommunication(
                BeginCommunicationRequest(
                    service: try world.service(first), targetApplication: Names.firstInstance, scriptFormat: .expanded,
                    scriptBytes: 1_000_000, operation: .personalization), world.context(first))
            #expect(begun.communication.rawValue.count == 32)
            #expect(
                begun.terms
                    == CommunicationTerms(
                        otaBearer: World.network, scriptsMax: 16, scriptBytesMax: 65_536, scriptFormat: .expanded,
                        permittedSeconds: 600))
        }
    }

    @Test(
        "TSM-09 every begin gives another id; what has ended takes no script and does not end again",
        arguments: CardConfiguration.Figure.allCases)
    func idsAreUsedOnce(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            var ids: Set<CommunicationID> = []
            for _ in 0..<20 { ids.insert(try await world.begin(first)) }
            #expect(ids.count == 20)
            let id = try #require(ids.first)
            _ = try await world.process(Self.read, in: id, first)
            let end = EndCommunicationRequest(communication: id, operationStatus: .success)
            _ = try await world.tsm.endCommunication(end, world.context(first))
            let script = try await world.refusal { _ in try await world.process(Self.read, in: id, first) }
            #expect(script == .communication(.ended))
            let again = try await world.refusal { try await $0.endCommunication(end, world.context(first)) }
            #expect(again == .communication(.ended))
        }
    }

    @Test(
        "TSM-10 a script before begin fails, and so does one in another provider's communication",
        arguments: CardConfiguration.Figure.allCases)
    func noCommunication(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            try await world.prePersonalize(first)
            let unknown = CommunicationID(rawValue: "00112233445566778899aabbccddeeff")
            let before = try await world.refusal { _ in try await world.process(Self.read, in: unknown, first) }
            #expect(before?.field == "communicationId")
            let own = try await world.begin(first)
            let foreign = try await world.refusal { _ in try await world.process(Self.read, in: own, second) }
            #expect(foreign == before, "another's communication is as unknown as none")
            let end = try await world.refusal {
                try await $0.endCommunication(
                    EndCommunicationRequest(communication: own, operationStatus: .success), world.context(second))
            }
            #expect(end == before)
        }
    }

    @Test(
        "TSM-10 a script answers once per executed command, and lists the failed and the unattempted ones",
        arguments: CardConfiguration.Figure.allCases)
    func answersAndFailures(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let refused = StoreDataCommand(data: [0x70], blockNumber: 7, isLastBlock: false).command
            let outcome = try await world.run(
                [
                    InstallCommand.forPersonalization(application: Names.firstInstance).command, refused,
                    GetStatusCommand(.applications).command,
                ], first)
            #expect(outcome.verdict == .stopped)
            #expect(outcome.responses.map(\.index) == [0, 1])
            #expect(outcome.responses.first?.statusWord == 0x9000)
            #expect(
                outcome.failed == [
                    ScriptOutcome.Failure(
                        index: 1, command: refused.bytes, statusWord: StatusWord.incorrectData.rawValue)
                ])
            #expect(outcome.unattempted == [2])
        }
    }

    @Test(
        "TSM-12 end carries the operation's status; begin's operation stands in the record and the audit trail",
        arguments: CardConfiguration.Figure.allCases)
    func operationIsRecorded(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let id = try await world.begin(first, operation: .postPersonalization)
            let ended = try await world.tsm.endCommunication(
                EndCommunicationRequest(communication: id, operationStatus: .failure), world.context(first))
            #expect(ended.status == .success, "of the end operation itself")
            #expect(ended.operation == .postPersonalization)
            let record = try #require(try await world.store.communication(id))
            #expect(record.operation == .postPersonalization)
            #expect(record.state == .ended(.failure))
            let lines = try await world.store.auditEntries(limit: 10)
            #expect(
                lines.contains {
                    $0.action == "communication.begin" && $0.detail.contains("postPersonalization")
                        && $0.actor == "provider:\(first.id.rawValue)"
                })
            #expect(lines.contains { $0.action == "communication.end" && $0.detail.hasSuffix("failure") })
        }
    }

    @Test("the sixteenth script is the last of a communication", arguments: CardConfiguration.Figure.allCases)
    func scriptCount(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let id = try await world.begin(first)
            for _ in 0..<CommunicationTerms.scriptsMaxDefault {
                #expect(try await world.process(Self.read, in: id, first).failed.count == 1)
            }
            let refusal = try await world.refusal { _ in try await world.process(Self.read, in: id, first) }
            #expect(refusal == .communication(.scriptsExhausted(granted: 16)))
            _ = try await world.tsm.endCommunication(
                EndCommunicationRequest(communication: id, operationStatus: .failure), world.context(first))
        }
    }

    @Test(
        "a communication whose permitted time is over takes nothing any more",
        arguments: CardConfiguration.Figure.allCases)
    func expiry(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let id = try await world.begin(first)
            var record = try #require(try await world.store.communication(id))
            record.openedAt -= Int64(record.terms.permittedSeconds)
            try await world.store.commit([.putCommunication(record)])
            let script = try await world.refusal { _ in try await world.process(Self.read, in: id, first) }
            #expect(script == .communication(.expired))
            let end = try await world.refusal {
                try await $0.endCommunication(
                    EndCommunicationRequest(communication: id, operationStatus: .success), world.context(first))
            }
            #expect(end == .communication(.expired))

            record.openedAt += 60
            try await world.store.commit([.putCommunication(record)])
            #expect(try await world.process(Self.read, in: id, first).failed.count == 1, "a minute is left")
        }
    }
}
