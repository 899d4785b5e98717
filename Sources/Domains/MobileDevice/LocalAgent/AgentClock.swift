/// The agent's view of time: how long it has been running, and a pause. Injected, so that tests need no waiting.
public struct AgentClock: Sendable {
    let elapsed: @Sendable () -> Duration
    let pause: @Sendable (Duration) async throws -> Void

    /// A clock that counts from now.
    public init<C: Clock>(_ clock: C = ContinuousClock()) where C.Duration == Duration {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
    }

    /// A clock from its two functions.
    ///
    /// - Parameters:
    ///   - elapsed: time since any fixed moment.
    ///   - pause: returns after the duration; throws when the task is cancelled.
    public init(
        elapsed: @escaping @Sendable () -> Duration, pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.elapsed = elapsed
        self.pause = pause
    }
}
