/// How often a request is sent again, always with the same Idempotency-Key: after a lost connection, and while its outcome
/// is unknown to the server as well.
public struct RequestRetries: Equatable, Sendable {
    /// How often one request is sent at most.
    public var attemptsMax: Int
    /// The pause after the first loss; each further one is twice as long.
    public var firstPause: Duration
    /// The longest pause, also where the server asks for a longer one.
    public var longestPause: Duration

    public init(
        attemptsMax: Int = 4, firstPause: Duration = .milliseconds(200), longestPause: Duration = .seconds(5)
    ) {
        self.attemptsMax = attemptsMax
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// Every request once.
    public static let none = RequestRetries(attemptsMax: 1)

    func pause(afterAttempt attempt: Int) -> Duration { min(longestPause, firstPause * (1 << min(attempt, 16))) }
}
