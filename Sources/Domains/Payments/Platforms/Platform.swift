/// A platform whose instructions are believed: it speaks to merchants and payers, and never sees a payer's credentials.
public struct Platform: RevisedRecord, Hashable, Codable {
    /// `iss` of what it signs.
    public var name: PartyName
    /// What it pays rewards from; without one it pays none.
    public var rewardAccount: AccountID?
    public var registeredAt: Int64
    /// Nothing new of it is believed from then on.
    public var suspendedAt: Int64?
    public var revision: Int

    public init(
        name: PartyName, rewardAccount: AccountID? = nil, registeredAt: Int64, suspendedAt: Int64? = nil,
        revision: Int = 0
    ) {
        self.name = name
        self.rewardAccount = rewardAccount
        self.registeredAt = registeredAt
        self.suspendedAt = suspendedAt
        self.revision = revision
    }
}
