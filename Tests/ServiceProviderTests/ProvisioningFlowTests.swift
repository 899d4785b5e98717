import CardTesting
import GlobalPlatform
import ISO7816
import ServiceProvider
import Synchronization
import Testing

@Suite("The provisioning flow against a central TSM that is played")
struct ProvisioningFlowTests {
    private static let instance: AID = "F053454E45534348414C50410001"

    private static func element(
        _ status: String?, _ custody: ProvidedSecureElement.Custody = .provider, implementation: UInt8 = 0x70
    ) -> ProvidedSecureElement {
        ProvidedSecureElement(
            id: "0102030405060708",
            card: CardDescription(
                securityDomain: "F053454E45534348414C53440001", keyVersionNumber: custody == .provider ? 0x31 : 0x01,
                keyDiversificationData: TestKeys.diversification, sequenceCounter: 0, implementation: implementation),
            custody: custody,
            services: status.map {
                [
                    .init(
                        name: ServiceName(number: 1, version: "1"), paymentReferenceNumber: "PRN-1",
                        instance: instance, status: $0)
                ]
            } ?? [])
    }

    private func run(_ stage: Stage, isCombined: Bool = false) async throws -> AID {
        try await ProvisioningFlow(
            tsm: stage, keys: try TestKeys(), random: SeededRandomSource(seed: 3), firstPause: .zero
        ).run(
            .init(
                subscriber: Subscriber(msi: "491511234567"), service: ServiceName(number: 1, version: "1"),
                paymentReferenceNumber: "PRN-1", data: PersonalizationData([DataGrouping(0x0101, [1])]),
                isCombined: isCombined))
    }

    @Test("what is active already is left alone")
    func alreadyActive() async throws {
        let stage = Stage([Self.element("active")])
        #expect(try await run(stage) == Self.instance)
        #expect(stage.requests.isEmpty)
    }

    @Test("a service is prepared and no more; what is prepared already is found, whatever has become of it")
    func preparation() async throws {
        func prepare(_ stage: Stage) async throws -> AID {
            try await ProvisioningFlow(
                tsm: stage, keys: try TestKeys(), random: SeededRandomSource(seed: 3), firstPause: .zero
            ).prepare(
                .init(
                    subscriber: Subscriber(msi: "491511234567"), service: ServiceName(number: 1, version: "1"),
                    paymentReferenceNumber: "PRN-1"))
        }
        // The instance is there before its security domain has keys.
        let missing = Stage([
            Self.element(nil, .central), Self.element("prePersonalized", .central),
            Self.element("prePersonalized", .temporary),
        ])
        #expect(try await prepare(missing) == Self.instance)
        #expect(missing.requests.map(\.name) == ["prePersonalize", "prePersonalize"])
        for status in ["prePersonalized", "personalized", "active"] {
            let stage = Stage([Self.element(status)])
            #expect(try await prepare(stage) == Self.instance)
            #expect(stage.requests.isEmpty)
        }
        let never = Stage([Self.element("absent")])
        await #expect(throws: ProvisioningError.doesNotConverge) { try await prepare(never) }
        #expect(never.requests.count == ProvisioningFlow.roundsMax)
    }

    @Test("a request without a settled answer is repeated under its own key, then another has another key")
    func repetition() async throws {
        let stage = Stage(
            [Self.element(nil, .central), Self.element("personalized"), Self.element("active")], unsettled: 3)
        #expect(try await run(stage) == Self.instance)
        #expect(
            stage.requests.map(\.name) == [
                "prePersonalize", "prePersonalize", "prePersonalize", "prePersonalize", "activate",
            ])
        #expect(Set(stage.requests.prefix(4).map(\.key)).count == 1)
        #expect(stage.requests[4].key != stage.requests[0].key)
    }

    @Test("after eight attempts a request is left unsettled, with what to do")
    func attemptsMax() async throws {
        let stage = Stage([Self.element("personalized")], unsettled: .max)
        await #expect(throws: ProvisioningError.unsettled("no answer")) { try await run(stage) }
        #expect(stage.requests.count == ProvisioningFlow.attemptsMax)
    }

    @Test("a refusal is final, and a locked or deleted service is not touched")
    func refusals() async throws {
        let refusing = Stage([Self.element("personalized")], refusal: .refused(code: "wrongState", detail: "no"))
        await #expect(throws: ProvisioningError.refused(code: "wrongState", detail: "no")) { try await run(refusing) }
        #expect(refusing.requests.count == 1)
        for status in ["locked", "deleted", "somethingNew"] {
            let stage = Stage([Self.element(status)])
            await #expect(throws: ProvisioningError.wrongState(status)) { try await run(stage) }
            #expect(stage.requests.isEmpty)
        }
    }

    @Test("a card that never gets any further ends the flow after twelve rounds")
    func roundsMax() async throws {
        let stage = Stage([Self.element("personalized")])
        await #expect(throws: ProvisioningError.doesNotConverge) { try await run(stage) }
        #expect(stage.requests.count == ProvisioningFlow.roundsMax)
    }

    @Test("one request takes the place of several, except for a card that draws random challenges")
    func combined() async throws {
        let together = Stage([Self.element("prePersonalized", .temporary), Self.element("active")])
        _ = try await run(together, isCombined: true)
        #expect(together.requests.map(\.name) == ["provision"])
        let random = Stage([Self.element("prePersonalized", .temporary, implementation: 0x60), Self.element("active")])
        _ = try await run(random, isCombined: true)
        #expect(random.requests.map(\.name) == ["begin keyRotation", "script A450", "end false"])
    }

    @Test("one script of a communication follows the other: begin, script, end with what became of it")
    func communication() async throws {
        let stage = Stage([Self.element("prePersonalized", .temporary), Self.element("active")])
        _ = try await run(stage)
        #expect(stage.requests.map(\.name) == ["begin keyRotation", "script A45082D8", "end false"])
        #expect(Set(stage.requests.map(\.key)).count == 3)
    }
}

/// A central TSM whose SE data follow a list, and whose scripts all stop before the first command.
private final class Stage: CentralTSMConnection {
    struct Request: Equatable {
        var name: String
        var key: String
    }

    private struct State {
        var elements: [ProvidedSecureElement]
        var requests: [Request] = []
        var unsettled: Int
    }

    private let state: Mutex<State>
    private let refusal: CentralTSMConnectionError?

    init(_ elements: [ProvidedSecureElement], unsettled: Int = 0, refusal: CentralTSMConnectionError? = nil) {
        state = Mutex(State(elements: elements, unsettled: unsettled))
        self.refusal = refusal
    }

    var requests: [Request] { state.withLock(\.requests) }

    private func play(_ name: String, _ key: String) throws(CentralTSMConnectionError) {
        let isUnsettled = state.withLock { state in
            state.requests.append(Request(name: name, key: key))
            guard state.unsettled > 0 else { return false }
            state.unsettled -= 1
            return true
        }
        if let refusal { throw refusal }
        if isUnsettled { throw .unsettled(detail: "no answer") }
    }

    /// The last one stays.
    func secureElement(of subscriber: Subscriber) async throws(CentralTSMConnectionError) -> ProvidedSecureElement {
        state.withLock { state in
            state.elements.count > 1 ? state.elements.removeFirst() : state.elements[0]
        }
    }

    func prePersonalize(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        try play("prePersonalize", key)
    }

    func beginCommunication(
        _ target: ServiceTarget, application: AID, scriptBytes: Int, operation: String, key: String
    ) async throws(CentralTSMConnectionError) -> String {
        try play("begin \(operation)", key)
        return "communication"
    }

    func processScript(
        _ commands: [CommandAPDU], communication: String, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedScript {
        try play("script \(commands.map { [$0.instruction].hex }.joined())", key)
        return ProcessedScript(verdict: .stopped, responses: [:], failedIndexes: [])
    }

    func endCommunication(
        _ communication: String, succeeded: Bool, key: String
    ) async throws(CentralTSMConnectionError) { try play("end \(succeeded)", key) }

    func activate(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        try play("activate", key)
    }

    func change(
        _ change: ServiceChange, of target: ServiceTarget, key: String
    ) async throws(CentralTSMConnectionError) { try play(change.rawValue, key) }

    func provision(
        _ target: ServiceTarget, rotation: [CommandAPDU]?, personalization: [CommandAPDU]?, activate: Bool, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedProvisioning {
        try play("provision", key)
        return ProcessedProvisioning(rotation: nil, personalization: nil, isActive: activate)
    }
}
