public import ISO4217
public import SmartCardVerification

/// A transaction of a smart card that has been decided: what the same transaction is answered from then on.
public struct CardPayment: RevisedRecord, Hashable, Codable {
    public let terminal: PartyName
    /// The transaction's name at the terminal.
    public let transaction: String
    public let card: SmartCardIdentification
    /// In minor units.
    public let amount: Int64
    public let currency: Currency
    public let outcome: CardPaymentOutcome
    public let decidedAt: Int64
    public var revision: Int

    public init(
        terminal: PartyName, transaction: String, card: SmartCardIdentification, amount: Int64, currency: Currency,
        outcome: CardPaymentOutcome, decidedAt: Int64, revision: Int = 0
    ) {
        self.terminal = terminal
        self.transaction = transaction
        self.card = card
        self.amount = amount
        self.currency = currency
        self.outcome = outcome
        self.decidedAt = decidedAt
        self.revision = revision
    }

    /// The one transfer of a transaction: who asks again asks for the same.
    public static func transferID(terminal: PartyName, transaction: String) -> TransferID {
        TransferID(derivedFrom: "card \(terminal) \(transaction)")
    }
}

/// What a terminal is told about a card's transaction. Why a card is refused is in the audit trail alone.
public enum CardPaymentOutcome: Hashable, Sendable, Codable {
    case approved(transfer: TransferID)
    /// Both verifications passed; the account does not allow the transaction.
    case declined
    case refused

    /// The one text for every card that is not accepted.
    public static let refusal = "the card is not accepted"
}
