/// How often something happened within a window of time; when the bound is reached nothing more of it is let pass until
/// the window has passed.
public struct AttemptCounter: Hashable, Sendable, Codable {
    /// What is counted, of whom.
    public var subject: String
    public var count: Int
    public var startedAt: Int64

    public init(subject: String, count: Int, startedAt: Int64) {
        self.subject = subject
        self.count = count
        self.startedAt = startedAt
    }

    /// Whether `bound` is reached in a window that has not passed at `now`.
    func reaches(_ bound: Int, at now: Int64, windowSeconds: Int64) -> Bool {
        count >= bound && now < startedAt + windowSeconds
    }

    /// One more; in a new window when the old one has passed.
    func counting(at now: Int64, windowSeconds: Int64) -> AttemptCounter {
        now < startedAt + windowSeconds
            ? AttemptCounter(subject: subject, count: count + 1, startedAt: startedAt)
            : AttemptCounter(subject: subject, count: 1, startedAt: now)
    }

    static func refusals(of card: CardAccountReference) -> String { "refusals/\(card)" }
    static func refusals(of user: WalletUser) -> String { "refusals/\(user)" }
    static func oneTimePasswords(of card: CardAccountReference) -> String { "one-time-passwords/\(card)" }
    static func oneTimePasswords(of user: WalletUser) -> String { "one-time-passwords/\(user)" }
}
