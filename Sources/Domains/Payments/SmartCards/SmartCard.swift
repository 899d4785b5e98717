public import SmartCardVerification

/// An enrolled smart card: which account it pays from.
public struct SmartCard: RevisedRecord, Hashable, Codable {
    public let identification: SmartCardIdentification
    public let account: AccountID
    public let enrolledAt: Int64
    /// It pays nothing from then on, until it is taken back.
    public var blockedAt: Int64?
    public var revision: Int

    public init(
        identification: SmartCardIdentification, account: AccountID, enrolledAt: Int64, blockedAt: Int64? = nil,
        revision: Int = 0
    ) {
        self.identification = identification
        self.account = account
        self.enrolledAt = enrolledAt
        self.blockedAt = blockedAt
        self.revision = revision
    }
}

/// What the second verification compares with: the data of an account's card, and which master key the card's key
/// follows from. It is found by the account (SCV-08).
public struct AccountCardData: RevisedRecord, Hashable, Codable {
    public let account: AccountID
    public let card: SmartCardIdentification
    public let keyVersion: Int
    /// The data in clear, sealed for this store.
    public let sealedData: [UInt8]
    public var revision: Int

    public init(
        account: AccountID, card: SmartCardIdentification, keyVersion: Int, sealedData: [UInt8], revision: Int = 0
    ) {
        self.account = account
        self.card = card
        self.keyVersion = keyVersion
        self.sealedData = sealedData
        self.revision = revision
    }
}
