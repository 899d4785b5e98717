import CardCryptography
import CardLink
import GlobalPlatform
import ISO7816
import KeyVault
import SecureChannel
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

/// The main road's sweep, for what stands beside it: the rotation alone, and an operator's own load and deletion.
@Suite("No interruption leaves content or keys half done", .serialized)
struct ContentSweepTests {
    @Test("a key rotation alone ends with the provider's keys only, wherever it is cut")
    func keyRotation() async throws {
        let founded = try await World()
        try await founded.prePersonalize(await founded.first)
        let prepared = await founded.snapshot()
        let apdus = try await Self.apdus(World(from: prepared), Self.rotateKeys)
        let cuts = Sweep.cuts(0..<apdus)
        let struck = try await Sweep.run(cuts, from: prepared) { world, cut in
            try await Self.rotateKeys(world)
            try await Self.checkKeys(world, "\(cut)")
        }
        #expect(apdus >= 5, "SELECT, the opening, PUT KEY, and the reading")
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a key rotation alone")
    }

    @Test("a load in several blocks and the deletion of what was loaded are done once, wherever they are cut")
    func content() async throws {
        let apdus = try await Self.apdus(World()) { world in try await Self.loadAndDelete(world, "uncut") }
        let cuts = Sweep.cuts(0..<apdus)
        let struck = try await Sweep.run(cuts) { world, cut in try await Self.loadAndDelete(world, "\(cut)") }
        #expect(apdus >= 20, "\(apdus) APDUs")
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a load and a deletion")
    }

    /// How many APDUs a story takes in a world, which ends with it.
    private static func apdus(_ world: World, _ story: (World) async throws -> Void) async throws -> Int {
        try await story(world)
        await world.tearDown()
        return world.guillotine.apdus
    }

    // MARK: Key rotation

    /// As a provider's own system would: until the card is said to have the new keys, with a new script for each round.
    private static func rotateKeys(_ world: World) async throws {
        let first = await world.first
        let maker = ScriptMaker(keys: first.vault, random: world.random)
        for _ in 0..<12 {
            let card = try await world.description(first)
            guard card.keyVersionNumber != ProviderKeySet.ownVersion(generation: 0) else { return }
            let script = try await maker.keyRotation(card)
            let commands = try await script.commands(first.vault)
            let communication = try await world.settled { key async throws(TSMError) in
                try await world.tsm.beginCommunication(
                    world.rotation(of: card, script.scriptBytesMax), world.context(first, key: key))
            }.communication
            let outcome = try await world.settled { key async throws(TSMError) in
                try await world.tsm.processScript(
                    ProcessScriptRequest(communication: communication, commands: commands),
                    world.context(first, key: key))
            }
            _ = try await world.settled { key async throws(TSMError) in
                try await world.tsm.endCommunication(
                    EndCommunicationRequest(
                        communication: communication,
                        operationStatus: outcome.verdict == .completed ? .success : .failure),
                    world.context(first, key: key))
            }
        }
        throw TSMError.wrongState(reason: "the rotation does not converge")
    }

    private static func checkKeys(_ world: World, _ place: String) async throws {
        var card = await world.card.card
        card.reset()
        let description = try await world.description(await world.first)
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
        #expect(try await world.store.unsettledExecutions(on: nil).isEmpty, "\(place)")
    }

    // MARK: Load and deletion

    private static let package: AID = "F0434152524945520200"
    private static let load = ContentOrder.load(
        executableLoadFile: package,
        dataBlock: CAPFileBuilder(package: package, applets: ["F043415252494552020001"], codeLength: 600).components)

    private static func loadAndDelete(_ world: World, _ place: String) async throws {
        let id = try SecureElementIdentifier(value: World.cin)
        let loaded = try await world.settled { key async throws(TSMError) in
            try await world.desk.manageContent(load, on: id, operatorContext(key))
        }
        #expect(loaded.isPresent, "\(place)")
        let files = await world.card.card.inventory.loadFiles.filter { $0.aid == package }
        #expect(files.count == 1, "\(place)")
        let gone = try await world.settled { key async throws(TSMError) in
            try await world.desk.manageContent(
                .delete(package, withRelated: false), on: id, operatorContext(key))
        }
        #expect(!gone.isPresent, "\(place)")
        #expect(await world.card.card.inventory.loadFiles.allSatisfy { $0.aid != package }, "\(place)")
        #expect(try await world.store.unsettledExecutions(on: nil).isEmpty, "\(place)")
    }

    private static func operatorContext(_ key: String) -> OperatorContext {
        OperatorContext(name: "anna", idempotencyKey: key, requestDigest: Array(key.utf8))
    }
}

extension World {
    fileprivate nonisolated func rotation(
        of card: CardDescription, _ scriptBytes: Int
    ) async throws(TSMError) -> BeginCommunicationRequest {
        let service: ServiceRequest
        do { service = try self.service(await first) } catch { throw .internal(reason: "\(error)") }
        return BeginCommunicationRequest(
            service: service, targetApplication: card.securityDomain, scriptFormat: .compact,
            scriptBytes: scriptBytes, operation: .keyRotation)
    }
}
