public import EMV

/// What an operator orders a card with.
public struct CardOrder: Hashable, Sendable {
    public var cardholder: CardholderID
    public var type: CardAccount.CardType
    public var label: String
    public var enrollment: CardAccount.Enrollment
    /// In minor units: what is on the account already.
    public var balance: Int64
    /// In minor units; 0 for a debit card.
    public var creditLimit: Int64
    /// `nil`: ``lifetimeMonths`` from now.
    public var expiry: CardExpiry?
    /// `nil`: a fresh one from the issuer's ranges.
    public var number: PrimaryAccountNumber?

    public static let lifetimeMonths = 48

    /// - Throws: ``IssuingError/invalid(field:reason:)``.
    public init(
        cardholder: CardholderID, type: CardAccount.CardType, label: String,
        enrollment: CardAccount.Enrollment = .oneTimePassword, balance: Int64 = 0, creditLimit: Int64 = 0,
        expiry: CardExpiry? = nil, number: PrimaryAccountNumber? = nil
    ) throws(IssuingError) {
        guard (1...CardAccount.labelBytesMax).contains(label.utf8.count),
            label.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .invalid(field: "label", reason: "1 to 16 printable ASCII characters") }
        guard (0...Funds.amountMax).contains(balance) else {
            throw .invalid(field: "balance", reason: "0 to \(Funds.amountMax) minor units")
        }
        guard (0...Funds.amountMax).contains(creditLimit), type == .credit || creditLimit == 0 else {
            throw .invalid(field: "creditLimit", reason: "0 to \(Funds.amountMax) minor units; 0 for a debit card")
        }
        self.cardholder = cardholder
        self.type = type
        self.label = label
        self.enrollment = enrollment
        self.balance = balance
        self.creditLimit = creditLimit
        self.expiry = expiry
        self.number = number
    }

    var fields: [String] {
        [
            cardholder.rawValue, type.rawValue, label, enrollment.rawValue, "\(balance)", "\(creditLimit)",
            expiry?.trackText ?? "", number?.revealed() ?? "",
        ]
    }
}

/// A card as lists and answers show it.
public struct CardSummary: Hashable, Sendable, Codable {
    public var reference: CardAccountReference
    public var cardholder: CardholderID
    public var maskedNumber: String
    public var expiry: CardExpiry
    public var sequenceNumber: Int
    public var type: CardAccount.CardType
    public var state: CardAccount.State
    public var enrollment: CardAccount.Enrollment
    public var label: String
    public var funds: Funds
    public var issuedAt: Int64

    init(_ card: CardAccount) {
        reference = card.reference
        cardholder = card.cardholder
        maskedNumber = card.maskedNumber
        expiry = card.expiry
        sequenceNumber = card.sequenceNumber
        type = card.type
        state = card.state
        enrollment = card.enrollment
        label = card.label
        funds = card.funds
        issuedAt = card.issuedAt
    }
}

/// A card that was issued. Its number is told here once, for the plastic, and nowhere else.
public struct IssuedCard: Hashable, Sendable, Codable {
    public var card: CardSummary
    public var number: String
}

extension IssuedCard: CustomStringConvertible, CustomReflectable {
    public var description: String { "issued card \(card.maskedNumber)" }
    public var customMirror: Mirror { Mirror(self, children: ["card": card]) }
}
