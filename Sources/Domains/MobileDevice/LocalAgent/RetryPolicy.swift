public import SERAM

/// How often, and for how long, a failed exchange is repeated.
public struct RetryPolicy: Equatable, Sendable {
    /// The pause after the first failure; each further one is twice as long.
    public var firstPause: Duration
    /// The longest pause.
    public var longestPause: Duration
    /// The agent gives up after this long without an answer.
    public var limit: Duration

    public init(
        firstPause: Duration = SERAMBinding.pollPause, longestPause: Duration = SERAMBinding.longPoll,
        limit: Duration = SERAMBinding.retryLimit
    ) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.limit = limit
    }

    /// The pause after `attempt` earlier failures in a row.
    func pause(afterAttempt attempt: Int) -> Duration {
        min(longestPause, firstPause * (1 << min(attempt, 16)))
    }
}
