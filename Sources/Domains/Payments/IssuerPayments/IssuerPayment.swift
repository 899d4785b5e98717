public import ISO4217

/// A payment with a card at a terminal, from the intent to what became of it. No card number stands in it: a request is
/// sent once, and a reversal names it by its numbers.
///
///     requested ─▶ approved | declined | reversing ─▶ reversed
public struct IssuerPayment: RevisedRecord, Hashable, Codable {
    public var id: IssuerPaymentID
    /// Which terminal asked, and by which key.
    public var terminal: PartyName
    public var key: String
    /// Of what was asked, keyed: it says nothing about the card.
    public var requestDigest: [UInt8]
    /// Paid by the card's issuer: what it owes.
    public var settlement: AccountID
    public var merchant: AccountID
    public var amount: Money
    /// First six and last four digits.
    public var maskedNumber: String
    public var merchantName: String
    public var request: LegNumbers
    /// Of the reversal, once one is due.
    public var reversal: LegNumbers?
    public var reversalAttempts: Int
    /// Seconds since 1970; `nil` when no reversal is due.
    public var nextReversalAt: Int64?
    public var state: State
    /// As the issuer said it, or the payment server for it.
    public var answer: IssuerPaymentAnswer?
    public var settledAt: Int64?
    public var revision: Int

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// The money is reserved, and the request may have left.
        case requested
        case approved
        case declined
        /// Nobody knows what the issuer did; the money stays reserved until it has accepted the reversal.
        case reversing
        case reversed
    }

    public init(
        id: IssuerPaymentID, terminal: PartyName, key: String, requestDigest: [UInt8], settlement: AccountID,
        merchant: AccountID, amount: Money, maskedNumber: String, merchantName: String, request: LegNumbers,
        reversal: LegNumbers? = nil, reversalAttempts: Int = 0, nextReversalAt: Int64? = nil,
        state: State = .requested, answer: IssuerPaymentAnswer? = nil, settledAt: Int64? = nil, revision: Int = 0
    ) {
        self.id = id
        self.terminal = terminal
        self.key = key
        self.requestDigest = requestDigest
        self.settlement = settlement
        self.merchant = merchant
        self.amount = amount
        self.maskedNumber = maskedNumber
        self.merchantName = merchantName
        self.request = request
        self.reversal = reversal
        self.reversalAttempts = reversalAttempts
        self.nextReversalAt = nextReversalAt
        self.state = state
        self.answer = answer
        self.settledAt = settledAt
        self.revision = revision
    }
}

/// A payment with a card.
public struct IssuerPaymentID: PaymentIdentifier {
    public static let prefix = "ipy_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// What identifies one message to an issuer: ISO 8583 fields 11 and 7.
public struct LegNumbers: Hashable, Sendable, Codable {
    /// 1 to 999 999.
    public var trace: Int
    /// Seconds since 1970.
    public var sentAt: Int64

    public init(trace: Int, sentAt: Int64) {
        self.trace = trace
        self.sentAt = sentAt
    }
}

/// What a terminal is told: the same whenever it asks with the same key.
public enum IssuerPaymentAnswer: Hashable, Sendable, Codable {
    /// - Parameter proof: EMV tag 91, for the chip.
    case approved(code: String, proof: [UInt8]?)
    /// - Parameter code: ISO 8583 field 39.
    case declined(code: String, proof: [UInt8]?)
    /// The issuer did not say; whatever it did is undone.
    case cancelled

    public var isApproved: Bool {
        if case .approved = self { true } else { false }
    }
}
