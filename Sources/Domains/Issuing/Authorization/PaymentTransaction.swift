/// A transaction by its name: each wallet names its own, and each acquirer.
public struct TransactionName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The wallet's name, or `acquirer:` and the digits of the acquirer's institution.
    public var wallet: String
    public var transaction: String

    public init(wallet: String, transaction: String) {
        self.wallet = wallet
        self.transaction = transaction
    }

    public var description: String { "\(wallet)/\(transaction)" }
}

/// A transaction that has been answered, or reversed before it came.
public struct PaymentTransaction: Hashable, Sendable, Codable {
    public var name: TransactionName
    /// `nil` for a chip transaction with an unknown number, and for a reversal of something unknown.
    public var card: CardAccountReference?
    public var kind: Kind
    /// SHA-256 of all fields that were asked with.
    public var requestDigest: [UInt8]
    public var amount: Int64
    public var currency: Int
    public var merchant: String
    public var answer: AuthorizationAnswer
    /// EMV tag 91, for a chip.
    public var issuerAuthenticationData: [UInt8]?
    public var answeredAt: Int64
    public var reversedAt: Int64?

    public enum Kind: String, Hashable, Sendable, Codable {
        case token, chip
        /// Reversed before it came: when it comes it is declined.
        case reversedUnseen
    }

    public init(
        name: TransactionName, card: CardAccountReference?, kind: Kind, requestDigest: [UInt8], amount: Int64,
        currency: Int, merchant: String, answer: AuthorizationAnswer, issuerAuthenticationData: [UInt8]? = nil,
        answeredAt: Int64, reversedAt: Int64? = nil
    ) {
        self.name = name
        self.card = card
        self.kind = kind
        self.requestDigest = requestDigest
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.answer = answer
        self.issuerAuthenticationData = issuerAuthenticationData
        self.answeredAt = answeredAt
        self.reversedAt = reversedAt
    }

    /// Room for what a wallet makes of an acquirer's name (32), a slash, and that one's own name of the transaction (64).
    public static let nameBytesMax = 97
    public static let merchantBytesMax = 64

    static func checkName(_ text: String, field: String) throws(IssuingError) {
        guard (1...nameBytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid(field: field, reason: "1 to \(nameBytesMax) visible ASCII characters")
        }
    }

    static func check(amount: Int64, currency: Int, merchant: String) throws(IssuingError) {
        guard (1...Funds.amountMax).contains(amount) else {
            throw .invalid(field: "amount", reason: "1 to \(Funds.amountMax) minor units")
        }
        guard (1...999).contains(currency) else {
            throw .invalid(field: "currency", reason: "a numeric code of ISO 4217, 1 to 999")
        }
        guard (1...merchantBytesMax).contains(merchant.utf8.count) else {
            throw .invalid(field: "merchant", reason: "1 to \(merchantBytesMax) bytes")
        }
    }
}
