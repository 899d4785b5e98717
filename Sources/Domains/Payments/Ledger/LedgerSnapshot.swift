public import ISO4217

/// All accounts at one moment, and the last transfer that is counted in them.
public struct LedgerSnapshot: Hashable, Sendable {
    /// By name.
    public let accounts: [LedgerAccount]
    /// 0 before the first.
    public let lastNumber: Int64

    public init(accounts: [LedgerAccount], lastNumber: Int64) {
        self.accounts = accounts
        self.lastNumber = lastNumber
    }

    /// The sums of every currency that there are accounts in.
    public var totals: [Currency: LedgerTotals] {
        accounts.reduce(into: [:]) { totals, account in totals[account.currency, default: LedgerTotals()].add(account) }
    }

    /// Debits and credits are equal in every currency.
    public var isBalanced: Bool { totals.values.allSatisfy(\.isBalanced) }
}

/// The sums of all accounts of one currency: in a ledger that is right, debits and credits are equal.
public struct LedgerTotals: Hashable, Sendable {
    public private(set) var debitsPosted: Int128 = 0
    public private(set) var creditsPosted: Int128 = 0
    public private(set) var debitsPending: Int128 = 0
    public private(set) var creditsPending: Int128 = 0

    public init() {}

    mutating func add(_ account: LedgerAccount) {
        debitsPosted += Int128(account.debitsPosted)
        creditsPosted += Int128(account.creditsPosted)
        debitsPending += Int128(account.debitsPending)
        creditsPending += Int128(account.creditsPending)
    }

    public var isBalanced: Bool { debitsPosted == creditsPosted && debitsPending == creditsPending }
}
