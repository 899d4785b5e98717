extension API {
    /// A bill for the purchases of one period.
    public struct OpenBillRequest: WireType {
        public var periodSeconds: Int
        public var limit: Int?

        public init(periodSeconds: Int, limit: Int? = nil) {
            self.periodSeconds = periodSeconds
            self.limit = limit
        }

        public static let schema = Schema.object(
            "OpenBillRequest", "A bill for the purchases of one period.",
            [
                .required("periodSeconds", .integer(60...86_400, example: 3_600), "How long items can be added."),
                .optional("limit", moneySchema, "The total goes no higher."),
            ])
    }

    public enum BillState: String, Codable, Sendable, CaseIterable {
        case open, awaitingVerification, settled, failed, expired, cancelled
    }

    /// One purchase on a bill, as its seller's terminal signed it.
    public struct BillItem: WireType {
        public var terminal: String
        public var sequence: Int
        public var name: String
        public var seller: String
        public var description: String
        public var amount: Int
        public var soldAt: Timestamp

        public init(
            terminal: String, sequence: Int, name: String, seller: String, description: String, amount: Int,
            soldAt: Timestamp
        ) {
            self.terminal = terminal
            self.sequence = sequence
            self.name = name
            self.seller = seller
            self.description = description
            self.amount = amount
            self.soldAt = soldAt
        }

        public static let schema = Schema.object(
            "BillItem", "One purchase on a bill, as its seller's terminal signed it.",
            [
                .required("terminal", partyNameSchema),
                .required("sequence", .integer(1...Int(Int32.max), example: 1), "Counts the terminal's items."),
                .required("name", .text(1...128, example: "corner-till-1"), "`jti` of what the terminal signed."),
                .required("seller", paymentAccountSchema),
                .required("description", .text(1...128, example: "Tea")),
                .required("amount", moneySchema),
                .required("soldAt", .dateTime),
            ])
    }

    /// A virtual bill: the purchases of one payer at several sellers in one period, confirmed once.
    public struct Bill: WireType {
        public var bill: String
        public var currency: String
        public var startsAt: Timestamp
        public var endsAt: Timestamp
        public var payableUntil: Timestamp
        public var limit: Int
        public var items: [BillItem]
        public var total: Int
        public var state: BillState

        public init(
            bill: String, currency: String, startsAt: Timestamp, endsAt: Timestamp, payableUntil: Timestamp, limit: Int,
            items: [BillItem], total: Int, state: BillState
        ) {
            self.bill = bill
            self.currency = currency
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.payableUntil = payableUntil
            self.limit = limit
            self.items = items
            self.total = total
            self.state = state
        }

        public static let schema = Schema.object(
            "Bill", "A virtual bill: the purchases of one payer at several sellers in one period, confirmed once.",
            [
                .required("bill", billIDSchema),
                .required("currency", currencyCodeSchema),
                .required("startsAt", .dateTime),
                .required("endsAt", .dateTime, "Nothing is added from then on."),
                .required("payableUntil", .dateTime, "It cannot be confirmed from then on."),
                .required("limit", moneySchema, "The total goes no higher."),
                .required("items", .array(of: BillItem.schema, 0...100)),
                .required("total", balanceSchema),
                .required("state", .choice(BillState.self)),
            ])
    }

    /// An item, or the removal of one, that a terminal has signed.
    public struct BillItemRequest: WireType {
        public var statement: String

        public init(statement: String) {
            self.statement = statement
        }

        public static let schema = Schema.object(
            "BillItemRequest", "An item, or the removal of one, that a terminal has signed.",
            [
                .required(
                    "statement", signedStatementSchema,
                    "typ bill-item+jwt to add one, bill-item-removal+jwt to take it off.")
            ])
    }

    /// The item that was put on a bill, or taken off.
    public struct BillReceipt: WireType {
        public var bill: String
        public var terminal: String
        public var sequence: Int

        public init(bill: String, terminal: String, sequence: Int) {
            self.bill = bill
            self.terminal = terminal
            self.sequence = sequence
        }

        public static let schema = Schema.object(
            "BillReceipt", "The item that was put on a bill, or taken off.",
            [
                .required("bill", billIDSchema),
                .required("terminal", partyNameSchema),
                .required("sequence", .integer(1...Int(Int32.max), example: 1)),
            ])
    }

    /// The verification request: what is to be shown, and what the confirmation has to name.
    public struct BillVerification: WireType {
        public var bill: String
        public var currency: String
        public var items: [BillItem]
        public var total: Int
        public var digest: String
        public var challenge: String
        public var payableUntil: Timestamp

        public init(
            bill: String, currency: String, items: [BillItem], total: Int, digest: String, challenge: String,
            payableUntil: Timestamp
        ) {
            self.bill = bill
            self.currency = currency
            self.items = items
            self.total = total
            self.digest = digest
            self.challenge = challenge
            self.payableUntil = payableUntil
        }

        public static let schema = Schema.object(
            "BillVerification", "The verification request: what is to be shown, and what the confirmation has to name.",
            [
                .required("bill", billIDSchema),
                .required("currency", currencyCodeSchema),
                .required("items", .array(of: BillItem.schema, 1...100)),
                .required("total", moneySchema),
                .required(
                    "digest", .printable(43...43, example: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
                    "SHA-256 of the list, in base64url."),
                .required("challenge", .printable(1...64, example: "c-1"), "`jti` of the confirmation."),
                .required("payableUntil", .dateTime),
            ])
    }

    /// What a confirmed bill has come to.
    public struct BillSettlement: WireType {
        public var outcome: Outcome
        public var shares: [Share]

        public enum Outcome: String, Codable, Sendable, CaseIterable { case settled, insufficientFunds }

        /// What one seller was paid.
        public struct Share: WireType {
            public var seller: String
            public var amount: Int

            public init(seller: String, amount: Int) {
                self.seller = seller
                self.amount = amount
            }

            public static let schema = Schema.object(
                "BillShare", "What one seller was paid.",
                [.required("seller", paymentAccountSchema), .required("amount", moneySchema)])
        }

        public init(outcome: Outcome, shares: [Share]) {
            self.outcome = outcome
            self.shares = shares
        }

        public static let schema = Schema.object(
            "BillSettlement", "What a confirmed bill has come to.",
            [
                .required(
                    "outcome", .choice(Outcome.self), "insufficientFunds: nothing moved, and it can be confirmed again."
                ),
                .required("shares", .array(of: Share.schema, 0...100), "What each seller was paid."),
            ])
    }

    static let billIDSchema = Schema.printable(37...37, example: "bill_00000000000000000000000000000001")
}
