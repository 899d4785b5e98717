/// Runs a story for every cut, several worlds at a time: each waits more than it computes.
enum Sweep {
    private static let workers = 8

    /// Every victim in every phase of every APDU.
    static func cuts(_ apdus: Range<Int>) -> [Cut] {
        Cut.Victim.allCases.flatMap { victim in
            Cut.Phase.allCases.flatMap { phase in apdus.map { Cut(victim: victim, phase: phase, apdu: $0) } }
        }
    }

    /// - Parameter snapshot: what every world begins from; without it, one in which nothing has happened yet.
    /// - Returns: how many of the cuts came to pass.
    static func run(
        _ cuts: [Cut], from snapshot: WorldSnapshot? = nil,
        _ story: @escaping @Sendable (World, Cut) async throws -> Void
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var waiting = cuts[...]
            var struck = 0
            func startNext() {
                guard let cut = waiting.popFirst() else { return }
                group.addTask {
                    let world = try await begin(snapshot, cut)
                    do {
                        try await story(world, cut)
                    } catch {
                        await world.tearDown()
                        throw error
                    }
                    await world.tearDown()
                    return world.guillotine.hasStruck
                }
            }
            for _ in 0..<workers { startNext() }
            while let hasStruck = try await group.next() {
                struck += hasStruck ? 1 : 0
                startNext()
            }
            return struck
        }
    }

    private static func begin(_ snapshot: WorldSnapshot?, _ cut: Cut) async throws -> World {
        guard let snapshot else { return try await World(cut) }
        return try await World(from: snapshot, cut)
    }
}
