public import ISO4217

/// An account of the ledger with what has been moved over it. Its identity never changes; transfers change its sums.
public struct LedgerAccount: Hashable, Sendable, Codable {
    public let id: AccountID
    public let kind: Kind
    public let currency: Currency
    public let overdraft: OverdraftRule
    /// Whose it is, for people: 1 to ``labelBytesMax`` bytes.
    public let label: String
    public let createdAt: Int64
    /// Nothing moves over it from then on.
    public var closedAt: Int64?

    /// Sums of minor units, never below zero.
    public var debitsPosted: Int64
    public var creditsPosted: Int64
    /// What is reserved by pending transfers.
    public var debitsPending: Int64
    public var creditsPending: Int64

    public static let labelBytesMax = 64

    /// What an account is for. Money that the payment server holds for others stands on the credit side.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A payer's money.
        case payer
        /// What a merchant has been paid.
        case merchant
        /// What a card issuer or a bank owes the payment server, or has paid in.
        case issuerSettlement
        /// What rewards are paid from.
        case reward
        /// What gates have taken in by offline cards.
        case transit
        /// What a purse holds, as far as its issuer knows.
        case purse
        /// The payment server's own.
        case equity

        /// The side on which a balance of the kind usually stands.
        public var normalSide: Side {
            switch self {
            case .issuerSettlement: .debit
            case .payer, .merchant, .reward, .transit, .purse, .equity: .credit
            }
        }
    }

    /// One of the two sides of an account.
    public enum Side: String, Hashable, Sendable, Codable {
        case debit
        case credit
    }

    public init(
        id: AccountID, kind: Kind, currency: Currency, overdraft: OverdraftRule = .none, label: String,
        createdAt: Int64, closedAt: Int64? = nil, debitsPosted: Int64 = 0, creditsPosted: Int64 = 0,
        debitsPending: Int64 = 0, creditsPending: Int64 = 0
    ) {
        self.id = id
        self.kind = kind
        self.currency = currency
        self.overdraft = overdraft
        self.label = label
        self.createdAt = createdAt
        self.closedAt = closedAt
        self.debitsPosted = debitsPosted
        self.creditsPosted = creditsPosted
        self.debitsPending = debitsPending
        self.creditsPending = creditsPending
    }

    /// What is posted, above zero on the account's normal side.
    public var balance: Money {
        // Sums of zero or more: their difference fits.
        let debits = debitsPosted - creditsPosted
        return Money(minorUnits: kind.normalSide == .debit ? debits : -debits, currency: currency)
    }

    /// What may still be taken from it, reservations and overdraft counted; `nil` when there is no bound.
    public var available: Int64? {
        guard let limit = overdraft.limit else { return nil }
        let (held, taken) =
            kind.normalSide == .credit
            ? (creditsPosted, Int128(debitsPosted) + Int128(debitsPending))
            : (debitsPosted, Int128(creditsPosted) + Int128(creditsPending))
        return Int64(clamping: Int128(held) + Int128(limit) - taken)
    }

    /// Nothing stands on it and nothing is reserved.
    public var isSettled: Bool { debitsPosted == creditsPosted && debitsPending == 0 && creditsPending == 0 }
}

/// How far an account may go below zero on its normal side, reservations counted.
public enum OverdraftRule: Hashable, Sendable, Codable {
    case none
    /// By so many minor units, above zero.
    case limit(Int64)
    case unbounded

    /// In minor units; `nil` for no bound.
    public var limit: Int64? {
        switch self {
        case .none: 0
        case .limit(let amount): amount
        case .unbounded: nil
        }
    }
}
