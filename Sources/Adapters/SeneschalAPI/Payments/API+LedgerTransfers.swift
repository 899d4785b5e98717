extension API {
    /// Money that came to the payment server from outside, or leaves it.
    public struct FundingRequest: WireType {
        public var account: String
        public var amount: Int
        public var currency: String
        public var from: String
        public var reference: String

        public init(account: String, amount: Int, currency: String, from: String, reference: String) {
            self.account = account
            self.amount = amount
            self.currency = currency
            self.from = from
            self.reference = reference
        }

        public static let schema = Schema.object(
            "FundingRequest", "Money that came to the payment server from outside, or leaves it.",
            [
                .required("account", paymentAccountSchema),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("from", paymentAccountSchema, "The account of the bank that it came over."),
                .required("reference", .text(1...64, example: "cash desk 4711"), "What it is booked under."),
            ])
    }

    /// Money that leaves the payment server.
    public struct WithdrawalRequest: WireType {
        public var account: String
        public var amount: Int
        public var currency: String
        public var to: String
        public var reference: String

        public init(account: String, amount: Int, currency: String, to: String, reference: String) {
            self.account = account
            self.amount = amount
            self.currency = currency
            self.to = to
            self.reference = reference
        }

        public static let schema = Schema.object(
            "WithdrawalRequest", "Money that leaves the payment server.",
            [
                .required("account", paymentAccountSchema), .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("to", paymentAccountSchema, "The account of the bank that it goes over."),
                .required("reference", .text(1...64, example: "payout 4711"), "What it is booked under."),
            ])
    }

    /// One movement of the ledger; it is never changed.
    public struct LedgerTransfer: WireType {
        public var transfer: String
        public var number: Int
        public var debit: String
        public var credit: String
        public var amount: Int
        public var currency: String
        public var code: String
        public var phase: String
        public var reference: String
        public var at: Timestamp

        public init(
            transfer: String, number: Int, debit: String, credit: String, amount: Int, currency: String, code: String,
            phase: String, reference: String, at: Timestamp
        ) {
            self.transfer = transfer
            self.number = number
            self.debit = debit
            self.credit = credit
            self.amount = amount
            self.currency = currency
            self.code = code
            self.phase = phase
            self.reference = reference
            self.at = at
        }

        public static let schema = Schema.object(
            "LedgerTransfer", "One movement of the ledger; it is never changed.",
            [
                .required("transfer", transferIDSchema),
                .required("number", .integer(1...Int(Int32.max), example: 1), "Its place among all."),
                .required("debit", paymentAccountSchema),
                .required("credit", paymentAccountSchema),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("code", .printable(1...32, example: "tagPayment"), "Why it moved."),
                .required("phase", .printable(1...16, example: "posted"), "posted, pending, post or void."),
                .required("reference", .text(0...64, example: "ord_1")),
                .required("at", .dateTime),
            ])
    }

    /// All accounts at one moment. What is owed and what is held are equal in every currency.
    public struct TrialBalance: WireType {
        public var currencies: [CurrencyTotal]
        public var accounts: Int

        public init(currencies: [CurrencyTotal], accounts: Int) {
            self.currencies = currencies
            self.accounts = accounts
        }

        public static let schema = Schema.object(
            "TrialBalance", "All accounts at one moment. What is owed and what is held are equal in every currency.",
            [
                .required("currencies", .array(of: CurrencyTotal.schema, 0...200)),
                .required("accounts", .integer(0...Int(Int32.max), example: 4), "How many there are."),
            ])
    }

    /// The two sides of one currency. Amounts are minor units.
    public struct CurrencyTotal: WireType {
        public var currency: String
        public var debits: String
        public var credits: String

        public init(currency: String, debits: String, credits: String) {
            self.currency = currency
            self.debits = debits
            self.credits = credits
        }

        public static let schema = Schema.object(
            "CurrencyTotal", "The two sides of one currency. Amounts are minor units.",
            [
                .required("currency", currencyCodeSchema),
                .required("debits", .printable(1...40, example: "1250"), "Sum of everything debited."),
                .required("credits", .printable(1...40, example: "1250"), "Sum of everything credited."),
            ])
    }

    /// Which program is to read a journal.
    public enum JournalFormat: String, Codable, Sendable, CaseIterable { case hledger, ledger, beancount }

    static let transferIDSchema = Schema("128 bits in hex.", .hex(16...16), example: "00000000000000000000000000000001")
}
