/// One payment that an acquirer asked for: written before the issuer is asked, completed with what it answered.
public struct PaymentRecord: RevisedRecord, Hashable, Codable {
    public var acquirer: AcquirerName
    /// The acquirer's own name of the transaction: unique with it.
    public var transaction: String
    /// SHA-256 of all that was asked: the same transaction with other contents is another one and is refused.
    public var requestDigest: [UInt8]
    /// Absent where no token was found.
    public var token: TokenReference?
    public var user: UserID?
    /// The counter that the payment used up; absent where it was refused before. Of one token every counter is used once.
    public var counter: Int?
    /// In minor units.
    public var amount: Int64
    /// ISO 4217, numeric.
    public var currency: Int
    public var function: PaymentFunction
    public var merchant: String
    /// Absent until it is known.
    public var outcome: Outcome?
    /// Since when the issuer is to give back what it may have taken.
    public var reversalWantedAt: Int64?
    /// When the issuer has said that nothing of it is left.
    public var reversedAt: Int64?
    public var createdAt: Int64
    public var updatedAt: Int64
    public var revision: Int

    public enum Outcome: Hashable, Sendable, Codable {
        /// With the issuer's authorization code.
        case approved(code: String)
        /// Action code of ISO 8583 field 39.
        case declined(actionCode: String)
    }

    public init(
        acquirer: AcquirerName, transaction: String, requestDigest: [UInt8], token: TokenReference? = nil,
        user: UserID? = nil, counter: Int? = nil, amount: Int64, currency: Int, function: PaymentFunction,
        merchant: String, outcome: Outcome? = nil, reversalWantedAt: Int64? = nil, createdAt: Int64, updatedAt: Int64,
        revision: Int = 0
    ) {
        self.acquirer = acquirer
        self.transaction = transaction
        self.requestDigest = requestDigest
        self.token = token
        self.user = user
        self.counter = counter
        self.amount = amount
        self.currency = currency
        self.function = function
        self.merchant = merchant
        self.outcome = outcome
        self.reversalWantedAt = reversalWantedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// Whether the issuer is to be asked for nothing any more.
    public var isSettled: Bool { outcome != nil && (reversalWantedAt == nil || reversedAt != nil) }

    /// As the issuer knows the transaction.
    var issuerTransaction: String { "\(acquirer)/\(transaction)" }
}
