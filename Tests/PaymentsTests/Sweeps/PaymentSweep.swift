/// Where a story is cut: steps and sides.
typealias Cuts = [Int: StoreScissors.Side]

protocol CutStory: Sendable {
    var cuts: Cuts { get }
}

/// Plays the stories of a sweep, some at a time.
enum PaymentSweep {
    /// Every step of a story of so many, before and after.
    static func everywhere(_ steps: Int) -> [Cuts] {
        (0..<steps).flatMap { step in StoreScissors.Side.allCases.map { [step: $0] } }
    }

    /// Every step, and another one of the `reach` that follow: in what makes up for the first.
    static func twice(_ steps: Int, reach: Int) -> [Cuts] {
        everywhere(steps).flatMap { first in
            (1...reach).flatMap { distance in
                StoreScissors.Side.allCases.map { side in
                    var cuts = first
                    for step in first.keys { cuts[step + distance] = side }
                    return cuts
                }
            }
        }
    }

    /// - Parameter play: tells a story to its end, and returns how many steps it had.
    /// - Returns: in how many stories every cut came to pass.
    static func play<Story: CutStory>(
        _ stories: [Story], _ play: @escaping @Sendable (Story) async throws -> Int
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var waiting = stories[...]
            var struck = 0
            func startNext() {
                guard let story = waiting.popFirst() else { return }
                group.addTask {
                    let steps = try await play(story)
                    return story.cuts.keys.allSatisfy { $0 < steps }
                }
            }
            for _ in 0..<4 { startNext() }
            while let hasStruck = try await group.next() {
                struck += hasStruck ? 1 : 0
                startNext()
            }
            return struck
        }
    }
}
