public import ElectronicPurse

/// A purse that was issued: whose card it is, and the account that stands for what the card holds.
public struct Purse: RevisedRecord, Hashable, Codable {
    /// File 15 of the card: its number, and from when to when it is valid.
    public let data: PurseApplicationData
    /// What the card holds, as far as its issuer knows: gates report late.
    public let account: AccountID
    /// Who is paid back what a gate took without opening; `nil` for a purse of its bearer.
    public let owner: AccountID?
    /// Which master keys its keys follow from.
    public let keyVersion: Int
    public let issuedAt: Int64
    /// It is not loaded from then on, until it is taken back. What it has paid is owed all the same.
    public var blockedAt: Int64?
    public var revision: Int

    public init(
        data: PurseApplicationData, account: AccountID, owner: AccountID?, keyVersion: Int, issuedAt: Int64,
        blockedAt: Int64? = nil, revision: Int = 0
    ) {
        self.data = data
        self.account = account
        self.owner = owner
        self.keyVersion = keyVersion
        self.issuedAt = issuedAt
        self.blockedAt = blockedAt
        self.revision = revision
    }

    public var serial: PurseSerial { data.serial }
}

/// The security module of a terminal: what it takes from purses is that terminal's.
public struct PurseTerminal: RevisedRecord, Hashable, Codable {
    public let number: PurseTerminalNumber
    public let terminal: PartyName
    public let equippedAt: Int64
    public var revision: Int

    /// Modules of one terminal.
    public static let ofOneTerminalMax = 16

    public init(number: PurseTerminalNumber, terminal: PartyName, equippedAt: Int64, revision: Int = 0) {
        self.number = number
        self.terminal = terminal
        self.equippedAt = equippedAt
        self.revision = revision
    }
}
