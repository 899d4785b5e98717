/// How long an answer is waited for, and how often a request is sent again, always with the same Idempotency-Key: after a
/// lost connection, and while its outcome is unknown to the server as well.
public struct RequestRetries: Equatable, Sendable {
    /// How often one request is sent at most.
    public var attemptsMax: Int
    /// The pause after the first loss; each further one is twice as long.
    public var firstPause: Duration
    /// The longest pause, also where the server asks for a longer one.
    public var longestPause: Duration
    /// The whole answer to one attempt comes in this time, or the connection counts as lost. It may take as long as the
    /// server waits for a device, and some.
    public var longestAnswer: Duration

    public init(
        attemptsMax: Int = 4, firstPause: Duration = .milliseconds(200), longestPause: Duration = .seconds(5),
        longestAnswer: Duration = .seconds(120)
    ) {
        self.attemptsMax = attemptsMax
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.longestAnswer = longestAnswer
    }

    /// Every request once.
    public static let none = RequestRetries(attemptsMax: 1)

    /// Every request once and not for long: what one server tells another in rounds, each of which asks again for what the
    /// last one left.
    public static let rounds = RequestRetries(attemptsMax: 1, longestAnswer: .seconds(10))

    func pause(afterAttempt attempt: Int) -> Duration { min(longestPause, firstPause * (1 << min(attempt, 16))) }
}
