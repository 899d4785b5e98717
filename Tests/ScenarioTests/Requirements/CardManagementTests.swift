import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("What an operator does to a card", .serialized)
struct CardManagementTests {
    private static func `operator`(_ key: String) -> OperatorContext {
        OperatorContext(name: "anna", idempotencyKey: key, requestDigest: Array(key.utf8))
    }

    private static let element = try? SecureElementIdentifier(value: World.cin)

    @Test(
        "TSM-29 a card is locked and unlocked through the central SD in Fig. 5, through the ISD in the others; in between providers are refused",
        arguments: CardConfiguration.Figure.allCases)
    func lockCard(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let id = try #require(Self.element)
            let first = await world.first
            _ = try await world.flow().run(World.order())
            #expect(try await world.desk.lockSecureElement(id, Self.operator("lock")) == .locked)
            #expect(await world.card.card.inventory.lifeCycle == "CARD_LOCKED")
            #expect(try await world.store.secureElement(id)?.lifeCycle == .locked)
            let refused = try await world.refusal { tsm in
                try await tsm.lockService(world.service(first), world.context(first))
            }
            guard case .wrongState? = refused else { throw TSMError.internal(reason: "\(String(describing: refused))") }
            #expect(try await world.desk.lockSecureElement(id, Self.operator("again")) == .locked)
            #expect(try await world.desk.unlockSecureElement(id, Self.operator("unlock")) == .operational)
            #expect(try await world.selecting(Names.firstInstance) == .success)
            #expect(
                try await world.tsm.lockService(world.service(first), world.context(first)).status == .locked)
        }
    }

    @Test("a lock of the card that is cut converges: the retry finds it locked, and not twice in the audit's intent")
    func cutLock() async throws {
        let whole = try await World()
        let id = try #require(Self.element)
        _ = try await whole.desk.lockSecureElement(id, Self.operator("lock"))
        let apdus = whole.guillotine.apdus
        await whole.tearDown()
        let cuts = Sweep.cuts(0..<apdus)
        let struck = try await Sweep.run(cuts) { world, cut in try await Self.lockAndUnlock(world, id, "\(cut)") }
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a lock of a card")
    }

    private static func lockAndUnlock(_ world: World, _ id: SecureElementIdentifier, _ place: String) async throws {
        for (key, state) in [("lock", SecureElementLifeCycle.locked), ("unlock", .operational)] {
            var result: SecureElementLifeCycle?
            for _ in 0..<10 where result == nil {
                let context = Self.operator(key)
                if state == .locked {
                    result = try? await world.desk.lockSecureElement(id, context)
                } else {
                    result = try? await world.desk.unlockSecureElement(id, context)
                }
            }
            #expect(result == state, "\(place)")
            let found = await world.card.card.inventory.lifeCycle
            #expect(found == (state == .locked ? "CARD_LOCKED" : "SECURED"), "\(place)")
            // A report that comes late may reopen a reading, which the next request on the card closes.
            let open = try await world.store.unsettledExecutions(on: nil).filter { $0.purpose != .reading }
            #expect(open.map(\.number).isEmpty, "\(place)")
        }
    }

    @Test(
        "a terminated card is known as such, and is never locked or unlocked again",
        arguments: CardConfiguration.Figure.allCases)
    func terminate(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let id = try #require(Self.element)
            #expect(try await world.desk.terminateSecureElement(id, Self.operator("end")) == .terminated)
            #expect(await world.card.card.inventory.lifeCycle == "TERMINATED")
            #expect(try await world.desk.terminateSecureElement(id, Self.operator("end again")) == .terminated)
            await #expect(throws: TSMError.self) {
                try await world.desk.unlockSecureElement(id, Self.operator("unlock"))
            }
        }
    }

    @Test(
        "TSM-20 the operator stops and restarts an application whose keys are the provider's, under its own name",
        arguments: CardConfiguration.Figure.allCases)
    func lockApplication(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let id = try #require(Self.element)
            _ = try await world.flow().run(World.order())
            let locked = try await world.desk.lockApplication(Names.firstInstance, on: id, Self.operator("lock"))
            #expect(locked.status == .locked)
            #expect(try await world.selecting(Names.firstInstance) != .success)
            let repeated = try await world.desk.lockApplication(Names.firstInstance, on: id, Self.operator("lock"))
            #expect(repeated == locked)
            let actors = try await world.store.auditEntries(limit: 100).map(\.actor)
            #expect(actors.contains("operator:anna"))
            let unlocked = try await world.desk.unlockApplication(Names.firstInstance, on: id, Self.operator("unlock"))
            #expect(unlocked.status == .active)
            #expect(try await world.selecting(Names.firstInstance) == .success)
            await #expect(throws: TSMError.self) {
                try await world.desk.lockApplication(Names.secondInstance, on: id, Self.operator("other"))
            }
        }
    }

    @Test(
        "the operator loads a package, makes an application of it and deletes both; none of it twice",
        arguments: [.embedded, .uicc] as [CardConfiguration.Figure])
    func content(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let id = try #require(Self.element)
            let package = TelecomPackage()
            let loaded = try await world.desk.manageContent(package.load, on: id, Self.operator("load"))
            #expect(loaded.isPresent)
            #expect(try await world.desk.manageContent(package.load, on: id, Self.operator("load")) == loaded)
            await #expect(throws: TSMError.self) {
                try await world.desk.manageContent(package.load, on: id, Self.operator("load it again"))
            }
            let installed = try await world.desk.manageContent(package.install, on: id, Self.operator("install"))
            #expect(installed.lifeCycle == ApplicationLifeCycle.selectable.rawValue)
            #expect(try await world.selecting(TelecomPackage.application) == .success)
            let deletion = ContentOrder.delete(TelecomPackage.package, withRelated: true)
            let gone = try await world.desk.manageContent(deletion, on: id, Self.operator("delete"))
            #expect(!gone.isPresent)
            #expect(await world.card.card.inventory.applications.allSatisfy { $0.aid != TelecomPackage.application })
            await #expect(throws: TSMError.self) {
                try await world.desk.manageContent(deletion, on: id, Self.operator("delete again"))
            }
        }
    }
}

/// A small package of an operator's own.
struct TelecomPackage {
    static let package: AID = "F0434152524945520100"
    static let module: AID = "F043415252494552010001"
    static let application: AID = "F04341525249455201000101"

    let dataBlock: [UInt8]

    init() {
        let file = CAPFileBuilder(package: Self.package, applets: [Self.module])
        dataBlock = file.components
    }

    var load: ContentOrder { .load(executableLoadFile: Self.package, dataBlock: dataBlock) }

    var install: ContentOrder {
        .install(
            executableLoadFile: Self.package, executableModule: Self.module, application: Self.application,
            parameters: [])
    }
}
