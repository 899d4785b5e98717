public import ISO4217
public import Instructions

/// The payment server as a client's device asks it for bills: `/pay/v1`.
public protocol BillService: Sendable {
    /// Activates a bill for the payer whose device asks.
    ///
    /// - Parameter requestKey: the same key gets the same bill.
    func openBill(periodSeconds: Int64, limit: Money?, requestKey: String) async throws(BillServiceError) -> ActiveBill
    /// Delivers an item that a terminal has signed. What is delivered twice is on the bill once.
    func deliver(_ item: String, to bill: String) async throws(BillServiceError)
    /// Ends the collecting and asks for what is to be confirmed.
    func closeBill(_ bill: String, requestKey: String) async throws(BillServiceError) -> BillToVerify
    /// Confirms what was shown.
    ///
    /// - Parameter confirmation: a signed `PayerConfirmation`.
    func confirmBill(
        _ bill: String, confirmation: String, pin: String?
    ) async throws(BillServiceError) -> BillSettlement
}

/// A bill as its device shows it while it is open.
public struct ActiveBill: Hashable, Sendable, Codable {
    public var bill: String
    public var currency: Currency
    /// Seconds since 1970.
    public var startsAt: Int64
    public var endsAt: Int64

    public init(bill: String, currency: Currency, startsAt: Int64, endsAt: Int64) {
        self.bill = bill
        self.currency = currency
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

/// The verification request: what the payer is shown, and what the confirmation must name.
public struct BillToVerify: Hashable, Sendable, Codable {
    public var list: ItemizedBill
    /// As the server computes it; the device computes it too.
    public var digest: String
    /// `jti` of the confirmation.
    public var challenge: String
    /// Seconds since 1970; from then on the bill is over.
    public var payableUntil: Int64

    public init(list: ItemizedBill, digest: String, challenge: String, payableUntil: Int64) {
        self.list = list
        self.digest = digest
        self.challenge = challenge
        self.payableUntil = payableUntil
    }
}

/// What a confirmed bill has come to.
public enum BillSettlement: Hashable, Sendable, Codable {
    /// Every seller has been paid: account and amount in minor units.
    case settled([SellerShare])
    /// The account does not hold as much: nothing moved, and it can be confirmed again.
    case insufficientFunds

    public struct SellerShare: Hashable, Sendable, Codable {
        public var seller: String
        public var amount: Int64

        public init(seller: String, amount: Int64) {
            self.seller = seller
            self.amount = amount
        }
    }
}

/// Why a bill could not be worked with.
public enum BillServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `code` as in problem documents.
    case refused(code: String, detail: String)
    /// What came of it is unknown: ask again.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
