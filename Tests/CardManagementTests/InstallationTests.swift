import CardManagement
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Synchronization
import Testing

@Suite("An installation")
struct InstallationTests {
    private final class Log: Sendable {
        private let entries = Mutex<[InstallationProgress]>([])
        var all: [InstallationProgress] { entries.withLock { $0 } }
        func append(_ progress: InstallationProgress) { entries.withLock { $0.append(progress) } }
    }

    static func registry(_ card: BenchCard) async throws -> CardRegistry {
        var session = try await card.manager().open(SessionRequest())
        return try await session.registry()
    }

    @Test(
        "loads, makes the applications, reports every block, and leaves nothing in the journal",
        arguments: [
            (UInt8(0x70), SecurityLevel.commandMAC), (0x70, .commandMACAndDecryption),
            (0x70, .macBothWays), (0x70, .macBothWaysAndDecryption), (0x70, .full), (0x71, .commandMAC), (0x71, .full),
        ])
    func install(_ implementation: UInt8, _ level: SecurityLevel) async throws {
        let card = BenchCard(implementation: implementation)
        let journal = MemoryJournal()
        let log = Log()
        let plan = try Packages.plan(codeLength: 3_000)
        let outcome = try await card.manager(journal: journal).install(plan, in: SessionRequest(level: level)) {
            log.append($0)
        }
        let session = try await card.manager().open(SessionRequest(level: level))
        let length = session.commandDataLengthMax
        let blocks = try plan.loadBlocks(blockLength: length)
        #expect(outcome.blocksLoaded == blocks.count)
        #expect(outcome.confirmations == [[0], [0], [0], [0]])
        #expect(!outcome.wasResumed)
        #expect(
            log.all == (0...blocks.count).map { .loading(block: $0, of: blocks.count) }
                + [.installing(Packages.instance), .installing(Packages.secondInstance), .finished])
        let registry = try await Self.registry(card)
        #expect(registry.loadFile(Packages.aid)?.modules == Packages.modules)
        #expect(registry.application(Packages.instance)?.lifeCycle == 0x07)
        #expect(registry.application(Packages.secondInstance)?.lifeCycle == 0x03)
        #expect(try await journal.keys().isEmpty)
    }

    @Test(
        "real CAP files are loaded, over SCP03 in S8 and S16 mode, and deleted",
        arguments: ["small.cap", "large.cap"], [UInt8(0x70), 0x71])
    func realFiles(_ name: String, _ implementation: UInt8) async throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InteropTests").appendingPathComponent(name)
        var plan = InstallationPlan(try ExecutableLoadFile(file: [UInt8](Data(contentsOf: path))), hash: .sha256)
        plan.addAllModules()
        let card = BenchCard(implementation: implementation)
        let outcome = try await card.manager().install(plan)
        #expect(outcome.confirmations.count == 2 + plan.modules.count)
        var session = try await card.manager().open(SessionRequest())
        var registry = try await session.registry()
        #expect(plan.modules.allSatisfy { registry.application($0)?.executableLoadFile == plan.package })
        try await session.delete(plan.package, withRelated: true)
        registry = try await session.registry()
        #expect(registry.loadFile(plan.package) == nil)
    }

    @Test("30 KB are loaded; a file that would need more blocks than LOAD can number is no plan")
    func large() async throws {
        let card = BenchCard()
        let outcome = try await card.manager().install(try Packages.plan(codeLength: 30_000))
        #expect((120...140).contains(outcome.blocksLoaded))
        let plan = try Packages.plan(codeLength: 30_000)
        #expect(try plan.loadBlocks(blockLength: 120).count <= 256)
        #expect(throws: CardManagementError.notAllowed("the load file needs 302 blocks, LOAD can number 256")) {
            try plan.loadBlocks(blockLength: 100)
        }
    }

    @Test("a package that nobody of us began is not touched, unless the plan replaces it")
    func replace() async throws {
        let card = BenchCard()
        let first = try Packages.plan()
        _ = try await card.manager().install(first)
        var second = try Packages.plan(codeLength: 1_200)
        await #expect(throws: CardManagementError.self) { _ = try await card.manager().install(second) }
        let before = try await Self.registry(card)
        #expect(before.loadFile(Packages.aid) != nil)
        second.replacesPackage = true
        second.instances.removeLast()
        _ = try await card.manager().install(second)
        let after = try await Self.registry(card)
        #expect(after.application(Packages.instance) != nil)
        #expect(after.application(Packages.secondInstance) == nil)
    }

    @Test("applications are made from a package that is on the card, and not from one that is not")
    func instancesOnly() async throws {
        let card = BenchCard()
        var load = try Packages.plan()
        let instances = load.instances
        load.instances = []
        let plan = InstallationPlan(package: Packages.aid, instances: instances)
        await #expect(throws: CardManagementError.notAllowed("there is no package \(Packages.aid) on the card")) {
            _ = try await card.manager().install(plan)
        }
        _ = try await card.manager().install(load)
        let outcome = try await card.manager().install(plan)
        #expect(outcome.blocksLoaded == 0)
        let registry = try await Self.registry(card)
        #expect(registry.application(Packages.secondInstance) != nil)
        await #expect(throws: CardManagementError.self) { _ = try await card.manager().install(plan) }
    }

    @Test("an application that the card refuses takes the package with it, or leaves it when that is asked for")
    func refusedApplication() async throws {
        for keeps in [false, true] {
            let card = BenchCard()
            let journal = MemoryJournal()
            var plan = try Packages.plan()
            // Only a Security Domain or the issuer's may lock the card here.
            plan.instances[1].privileges = .cardLock
            plan.keepsPackageOnFailure = keeps
            let error = await #expect(throws: CardManagementError.self) {
                _ = try await card.manager(journal: journal).install(plan)
            }
            guard case .cardRefused(let refusal) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.statusWord == .incorrectData)
            #expect(refusal.command.hasPrefix("INSTALL [for install]"))
            let registry = try await Self.registry(card)
            #expect((registry.loadFile(Packages.aid) != nil) == keeps)
            #expect((registry.application(Packages.instance) != nil) == keeps)
            #expect(try await journal.keys().isEmpty)
        }
    }

    @Test("a plan that no card can carry out is refused before anything is sent")
    func impossiblePlans() async throws {
        let card = BenchCard()
        var twice = try Packages.plan()
        twice.instances[1].application = Packages.instance
        var foreign = try Packages.plan()
        foreign.instances[0].module = "F053454E45534348414C7E0199"
        var named = try Packages.plan()
        named.instances[0].application = Packages.aid
        var privileged = try Packages.plan()
        privileged.instances[0].privileges = .dapVerification
        var many = try Packages.plan()
        many.instances = Array(repeating: many.instances[0], count: InstallationPlan.instancesMax + 1)
        for plan in [twice, foreign, named, privileged, many] {
            await #expect(throws: CardManagementError.self) { _ = try await card.manager().install(plan) }
        }
        #expect(card.commands.isEmpty)
    }
}
