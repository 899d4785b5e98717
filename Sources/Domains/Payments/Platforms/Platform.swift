/// A platform whose instructions are believed: it speaks to merchants and payers, and never sees a payer's credentials.
public struct Platform: RevisedRecord, Hashable, Codable {
    /// `iss` of what it signs.
    public var name: PartyName
    /// The accounts whose owners have left the paying of rewards to it.
    public var rewardAccounts: [AccountID]
    public var registeredAt: Int64
    /// Nothing new of it is believed from then on.
    public var suspendedAt: Int64?
    public var revision: Int

    public static let rewardAccountsMax = 1_000

    public init(
        name: PartyName, rewardAccounts: [AccountID] = [], registeredAt: Int64, suspendedAt: Int64? = nil,
        revision: Int = 0
    ) {
        self.name = name
        self.rewardAccounts = rewardAccounts
        self.registeredAt = registeredAt
        self.suspendedAt = suspendedAt
        self.revision = revision
    }
}
