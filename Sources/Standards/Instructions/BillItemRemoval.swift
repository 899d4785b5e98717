/// A seller's terminal's word to the payment server: an item of its own comes off a bill that is still open (VBILL).
public struct BillItemRemoval: Statement {
    public static let type = "bill-item-removal+jwt"
    public static let lifetimeSecondsMax: Int64 = 900

    /// The terminal.
    public var iss: String
    /// The payment server.
    public var aud: String
    /// Names the removal.
    public var jti: String
    public var iat: Int64
    public var exp: Int64
    public var bill: String
    /// The sequence number of the item, which the same terminal signed.
    public var sequence: Int64

    public init(iss: String, aud: String, jti: String, iat: Int64, exp: Int64, bill: String, sequence: Int64) {
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.iat = iat
        self.exp = exp
        self.bill = bill
        self.sequence = sequence
    }
}
