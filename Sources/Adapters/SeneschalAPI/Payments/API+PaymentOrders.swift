extension API {
    /// An order of what a platform has signed.
    public struct OrderRequest: WireType {
        public var instruction: String
        public var amount: Int?

        public init(instruction: String, amount: Int? = nil) {
            self.instruction = instruction
            self.amount = amount
        }

        public static let schema = Schema.object(
            "OrderRequest", "An order of what a platform has signed.",
            [
                .required("instruction", signedStatementSchema, "Signed by the platform, typ payment-instruction+jwt."),
                .optional("amount", moneySchema, "Where the instruction leaves it to the payer."),
            ])
    }

    /// The operation instruction: the payer's word, and the PIN where the device has not verified its user.
    public struct OrderPaymentRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var confirmation: String
        public var pin: String?

        public init(confirmation: String, pin: String? = nil) {
            self.confirmation = confirmation
            self.pin = pin
        }

        public var description: String { "‹payment of an order›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "OrderPaymentRequest",
            "The operation instruction: the payer's word, and the PIN where the device has not verified its user.",
            [
                .required(
                    "confirmation", signedStatementSchema, "Signed by the payer's device, typ payer-confirmation+jwt."),
                .optional("pin", pinSchema),
            ])
    }

    public enum PaymentOrderState: String, Codable, Sendable, CaseIterable {
        case open, paid, declined, expired, cancelled
    }

    /// An order: who pays whom how much for what, and what became of it.
    public struct PaymentOrder: WireType {
        public var order: String
        public var payer: String
        public var payee: String
        public var merchantName: String
        public var description: String
        public var amount: Int
        public var currency: String
        public var state: PaymentOrderState
        public var createdAt: Timestamp
        public var expiresAt: Timestamp

        public init(
            order: String, payer: String, payee: String, merchantName: String, description: String, amount: Int,
            currency: String, state: PaymentOrderState, createdAt: Timestamp, expiresAt: Timestamp
        ) {
            self.order = order
            self.payer = payer
            self.payee = payee
            self.merchantName = merchantName
            self.description = description
            self.amount = amount
            self.currency = currency
            self.state = state
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "PaymentOrder", "An order: who pays whom how much for what, and what became of it.",
            [
                .required("order", orderIDSchema),
                .required("payer", paymentAccountSchema, "First account."),
                .required("payee", paymentAccountSchema, "Second account."),
                .required("merchantName", .text(1...128, example: "Corner Shop"), "To be shown before paying."),
                .required("description", .text(0...256, example: "Table 4")),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("state", .choice(PaymentOrderState.self)),
                .required("createdAt", .dateTime),
                .required("expiresAt", .dateTime),
            ])
    }

    static let orderIDSchema = Schema.printable(36...36, example: "ord_00000000000000000000000000000001")
}
