public import EMV

/// A card and the account behind it.
public struct CardAccount: Hashable, Sendable, Codable {
    public var reference: CardAccountReference
    public var cardholder: CardholderID
    /// The number, sealed in the context of ``reference``.
    public var sealedNumber: [UInt8]
    /// Keyed digest of the number, by which the card is found.
    public var numberTag: [UInt8]
    /// The first eight digits.
    public var issuerIdentification: String
    public var lastFour: String
    public var expiry: CardExpiry
    /// Tag 5F34: tells cards with the same number apart, 0 to 99.
    public var sequenceNumber: Int
    public var type: CardType
    public var state: State
    public var enrollment: Enrollment
    /// Up to 16 printable ASCII characters (tag 50).
    public var label: String
    public var funds: Funds
    /// ATC of the last cryptogram of the plastic card; `nil` before the first.
    public var chipTransactionCounter: Int?
    public var issuedAt: Int64

    public static let labelBytesMax = 16

    public enum CardType: String, Hashable, Sendable, Codable, CaseIterable { case debit, credit }

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case active, blocked
        /// For good.
        case closed

        /// Whether an operator may bring a card from this state to `next`.
        public func canBecome(_ next: State) -> Bool { self != .closed || next == .closed }
    }

    /// How a cardholder gets its card into a wallet.
    public enum Enrollment: String, Hashable, Sendable, Codable, CaseIterable {
        /// By a one-time password, unless the risk policy knows better.
        case oneTimePassword
        /// At once, when everything fits.
        case direct
        /// Only after the issuer has spoken to its customer.
        case referral
    }

    public init(
        reference: CardAccountReference, cardholder: CardholderID, sealedNumber: [UInt8], numberTag: [UInt8],
        issuerIdentification: String, lastFour: String, expiry: CardExpiry, sequenceNumber: Int, type: CardType,
        state: State, enrollment: Enrollment, label: String, funds: Funds, chipTransactionCounter: Int?,
        issuedAt: Int64
    ) {
        self.reference = reference
        self.cardholder = cardholder
        self.sealedNumber = sealedNumber
        self.numberTag = numberTag
        self.issuerIdentification = issuerIdentification
        self.lastFour = lastFour
        self.expiry = expiry
        self.sequenceNumber = sequenceNumber
        self.type = type
        self.state = state
        self.enrollment = enrollment
        self.label = label
        self.funds = funds
        self.chipTransactionCounter = chipTransactionCounter
        self.issuedAt = issuedAt
    }

    /// `47617390••••0010`.
    public var maskedNumber: String { issuerIdentification + "••••" + lastFour }
}

/// Money of one account, in minor units of one currency.
public struct Funds: Hashable, Sendable, Codable {
    /// ISO 4217, numeric.
    public var currency: Int
    /// What the cardholder owns; below zero what it owes.
    public var balance: Int64
    /// How far the balance may go below zero; 0 for a debit card.
    public var creditLimit: Int64

    /// No account holds or owes more, so sums of two of them cannot overflow.
    public static let amountMax: Int64 = 1_000_000_000_000

    public init(currency: Int, balance: Int64, creditLimit: Int64) {
        self.currency = currency
        self.balance = balance
        self.creditLimit = creditLimit
    }

    public var available: Int64 { balance + creditLimit }

    /// Whether `amount`, above 0, is there.
    public func covers(_ amount: Int64) -> Bool { amount > 0 && amount <= available }

    mutating func debit(_ amount: Int64) {
        precondition(covers(amount), "only what is covered is debited")
        balance -= amount
    }

    mutating func credit(_ amount: Int64) { balance = min(balance + amount, Self.amountMax) }
}
