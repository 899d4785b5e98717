/// What a terminal says of a transaction before it meets a card. EMV Book 3, Annex A.
public struct TerminalData: Hashable, Sendable {
    /// In minor units: tag 9F02.
    public var amount: UInt64
    /// ISO 4217, numeric, such as 978: tag 5F2A.
    public var currency: Int
    /// ISO 3166-1, numeric, such as 276: tag 9F1A.
    public var country: Int

    public init(amount: UInt64, currency: Int, country: Int) {
        self.amount = amount
        self.currency = currency
        self.country = country
    }
}
