/// One way to pay with a card that is in a wallet.
public enum TokenFunction: String, Hashable, Sendable, Codable, CaseIterable { case nfc, qr, online }

/// Money: may this transaction be done with a card of which a wallet's token service has verified token, domain, counter
/// and cryptogram?
public struct TokenAuthorizationRequest: Hashable, Sendable {
    public var transaction: String
    public var card: CardAccountReference
    public var secureElement: String
    public var function: TokenFunction
    /// Names the token without its digits.
    public var token: String
    /// ATC of the verified cryptogram: rises with every transaction of the token.
    public var transactionCounter: Int
    /// In minor units, above 0.
    public var amount: Int64
    public var currency: Int
    public var merchant: String
    /// ``AuthorizationAssertionClaims``, signed by the token service, in compact form.
    public var assertion: String

    public static let transactionCounters = 1...65_535

    /// - Throws: ``IssuingError/invalid(field:reason:)``.
    public init(
        transaction: String, card: CardAccountReference, secureElement: String, function: TokenFunction, token: String,
        transactionCounter: Int, amount: Int64, currency: Int, merchant: String, assertion: String
    ) throws(IssuingError) {
        try PaymentTransaction.checkName(transaction, field: "transaction")
        try PaymentTransaction.checkName(token, field: "token")
        guard Self.transactionCounters.contains(transactionCounter) else {
            throw .invalid(field: "transactionCounter", reason: "1 to 65 535")
        }
        try PaymentTransaction.check(amount: amount, currency: currency, merchant: merchant)
        self.transaction = transaction
        self.card = card
        self.secureElement = secureElement.uppercased()
        self.function = function
        self.token = token
        self.transactionCounter = transactionCounter
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.assertion = assertion
    }

    /// Everything but the assertion, which a repetition may have anew.
    var fields: [String] {
        [
            "token", transaction, card.rawValue, secureElement, function.rawValue, token, "\(transactionCounter)",
            "\(amount)", "\(currency)", merchant,
        ]
    }

    /// The first field, as the request names it, of which the assertion says something else.
    func difference(from claims: AuthorizationAssertionClaims) -> String? {
        let pairs: [(String, Bool)] = [
            ("transaction", claims.transaction == transaction), ("card", claims.card == card.rawValue),
            ("secureElement", claims.secureElement.uppercased() == secureElement),
            ("function", claims.function == function.rawValue), ("token", claims.token == token),
            ("transactionCounter", claims.transactionCounter == transactionCounter),
            ("amount", claims.amount == amount),
            ("currency", claims.currency == currency), ("merchant", claims.merchant == merchant),
        ]
        return pairs.first { !$0.1 }?.0
    }
}
