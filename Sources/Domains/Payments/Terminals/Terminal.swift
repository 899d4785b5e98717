/// A seller's terminal whose items are believed, for the account of its seller.
public struct Terminal: RevisedRecord, Hashable, Codable {
    /// `iss` of what it signs.
    public var name: PartyName
    /// The seller's account: the only one that it sells for.
    public var payee: AccountID
    public var registeredAt: Int64
    /// Nothing new of it is believed from then on.
    public var suspendedAt: Int64?
    public var revision: Int

    public init(
        name: PartyName, payee: AccountID, registeredAt: Int64, suspendedAt: Int64? = nil, revision: Int = 0
    ) {
        self.name = name
        self.payee = payee
        self.registeredAt = registeredAt
        self.suspendedAt = suspendedAt
        self.revision = revision
    }
}
