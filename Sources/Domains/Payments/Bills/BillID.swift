/// A bill: what one payer collects in one period and confirms once.
public struct BillID: PaymentIdentifier {
    public static let prefix = "bill_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
