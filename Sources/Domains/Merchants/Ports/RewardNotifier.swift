/// The way to a user who is rewarded.
///
/// A notification may be sent twice when it is not known whether it was sent.
public protocol RewardNotifier: Sendable {
    /// - Throws: ``MerchantsError/unfinished(reason:)`` when it could not be sent now.
    func send(_ notification: RewardNotification) async throws(MerchantsError)
}

/// *Virtual reward notification*: that there is a reward, and the link to its page. It prints without the link.
public struct RewardNotification: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public var reward: RewardID
    public var user: PlatformUserID
    /// Opens the reward's page, and nothing else, until ``expiresAt``.
    public var link: String
    public var expiresAt: Int64

    public init(reward: RewardID, user: PlatformUserID, link: String, expiresAt: Int64) {
        self.reward = reward
        self.user = user
        self.link = link
        self.expiresAt = expiresAt
    }

    public var description: String { "‹notification of \(reward)›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
