public import ISO4217

/// A seller's terminal's word to the payment server: this item, at this price, goes on that bill (VBILL).
public struct BillItem: Statement {
    public static let type = "bill-item+jwt"
    public static let lifetimeSecondsMax: Int64 = 900

    /// The terminal.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the item: it goes on the bill once.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    /// The bill, as the client's device told the terminal over close proximity.
    public var bill: String
    /// Counts the terminal's items, from 1.
    public var sequence: Int64
    /// The seller's account at the payment server.
    public var seller: String
    /// What was sold.
    public var description: String
    /// In minor units, above zero.
    public var amount: Int64
    public var currency: Currency

    public init(
        iss: String, aud: String, jti: String, iat: Int64, exp: Int64, bill: String, sequence: Int64, seller: String,
        description: String, amount: Int64, currency: Currency
    ) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.bill = bill
        self.sequence = sequence
        self.seller = seller
        self.description = description
        self.amount = amount
        self.currency = currency
    }
}
