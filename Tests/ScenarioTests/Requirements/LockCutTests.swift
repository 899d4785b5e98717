import CardLink
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("A lock or unlock that is cut converges", .serialized)
struct LockCutTests {
    @Test("wherever the card is lost, the retry finds the service locked, then unlocked", arguments: [false, true])
    func sweep(isActive: Bool) async throws {
        let prepared = try await Self.prepared(isActive)
        let whole = try await World(from: prepared)
        try await Self.lockAndUnlock(whole, isActive)
        await whole.tearDown()
        let cuts = Sweep.cuts(0..<whole.guillotine.apdus).filter { $0.victim != .agent }
        let struck = try await Sweep.run(cuts, from: prepared) { world, cut in
            do {
                try await Self.lockAndUnlock(world, isActive)
            } catch {
                Issue.record("\(cut): \(error)")
            }
        }
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a lock and an unlock, active: \(isActive)")
    }

    /// A service that is personalized, and active where it is to be.
    private static func prepared(_ isActive: Bool) async throws -> WorldSnapshot {
        let world = try await World()
        let first = await world.first
        try await world.prePersonalize(first)
        try await world.personalizeInPlain(first)
        if isActive {
            let (service, context) = (try world.service(first), world.context(first, key: "activate"))
            _ = try await retrying { () async throws(TSMError) in
                try await world.tsm.activateService(service, context)
            }
        }
        return await world.snapshot()
    }

    private static func lockAndUnlock(_ world: World, _ isActive: Bool) async throws {
        let first = await world.first
        let service = try world.service(first)
        let locked = try await retrying { () async throws(TSMError) in
            try await world.tsm.lockService(service, world.context(first, key: "lock"))
        }
        #expect(locked.status == .locked)
        #expect(await world.isLockedOnCard)
        let unlocked = try await retrying { () async throws(TSMError) in
            try await world.tsm.unlockService(service, world.context(first, key: "unlock"))
        }
        #expect(unlocked.status == (isActive ? .active : .personalized))
        #expect(await !world.isLockedOnCard)
    }

    private static func retrying<Answer>(
        _ request: () async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        for _ in 0..<10 {
            do throws(TSMError) {
                return try await request()
            } catch {
                switch error {
                case .unreachable, .unknownOutcome, .internal: continue
                default: throw error
                }
            }
        }
        return try await request()
    }
}

extension World {
    fileprivate var isLockedOnCard: Bool {
        get async {
            let instance = await card.card.inventory.applications.first { $0.aid == Names.firstInstance }
            return instance?.lifeCycle.hasPrefix("LOCKED") ?? false
        }
    }
}
