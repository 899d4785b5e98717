public import SmartCardVerification

/// Verifications of a card that failed at one terminal. Only that terminal is locked out of the card, and only for a while:
/// whoever knows a card's identification, or has a terminal of their own, cannot keep its owner from paying elsewhere.
///
/// What counts is a transaction that a registered terminal has signed, over a fresh challenge of its own, and whose first or
/// second verification failed. ``failuresMax`` of them lock for ``lockSeconds``; a failure is forgotten when none has
/// followed for as long, or when the card is verified.
public struct CardFailures: RevisedRecord, Hashable, Codable {
    public let card: SmartCardIdentification
    public let terminal: PartyName
    public private(set) var count: Int
    public private(set) var lastAt: Int64
    public var revision: Int

    public static let failuresMax = 5
    public static let lockSeconds: Int64 = 900

    public init(card: SmartCardIdentification, terminal: PartyName) {
        self.card = card
        self.terminal = terminal
        count = 0
        lastAt = 0
        revision = 0
    }

    public func isLocked(at now: Int64) -> Bool { count >= Self.failuresMax && isRemembered(at: now) }

    /// One more, after what is forgotten.
    mutating func fail(at now: Int64) {
        count = isRemembered(at: now) ? count + 1 : 1
        lastAt = now
    }

    /// The card was verified.
    mutating func succeed() { count = 0 }

    private func isRemembered(at now: Int64) -> Bool { now < lastAt + Self.lockSeconds }
}
