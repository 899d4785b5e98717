extension API {
    public enum TargetObjectState: String, Codable, Sendable, CaseIterable { case published, withdrawn }

    /// An object that a merchant sells through the platform.
    public struct PublishObjectRequest: WireType {
        public var title: String
        public var price: Int
        public var stock: Int?
        public var quantityMax: Int?
        public var start: Timestamp
        public var end: Timestamp

        public init(
            title: String, price: Int, stock: Int? = nil, quantityMax: Int? = nil, start: Timestamp, end: Timestamp
        ) {
            self.title = title
            self.price = price
            self.stock = stock
            self.quantityMax = quantityMax
            self.start = start
            self.end = end
        }

        public static let schema = Schema.object(
            "PublishObjectRequest", "An object that a merchant sells through the platform.",
            [
                .required("title", .text(1...80, example: "Harbour Tales")),
                .required("price", moneySchema, "Of one."),
                .optional("stock", stockSchema, "No end of it when absent."),
                .optional("quantityMax", .integer(1...10_000, example: 10), "Of one order; 10 when absent."),
                .required("start", .dateTime),
                .required("end", .dateTime, "Outside of the period."),
            ])
    }

    /// An object that a merchant sells through the platform.
    public struct TargetObject: WireType {
        public var object: String
        public var merchant: String
        public var title: String
        public var price: Int
        public var currency: String
        public var stock: Int?
        public var quantityMax: Int
        public var start: Timestamp
        public var end: Timestamp
        public var state: TargetObjectState
        public var publishedAt: Timestamp

        public init(
            object: String, merchant: String, title: String, price: Int, currency: String, stock: Int? = nil,
            quantityMax: Int, start: Timestamp, end: Timestamp, state: TargetObjectState, publishedAt: Timestamp
        ) {
            self.object = object
            self.merchant = merchant
            self.title = title
            self.price = price
            self.currency = currency
            self.stock = stock
            self.quantityMax = quantityMax
            self.start = start
            self.end = end
            self.state = state
            self.publishedAt = publishedAt
        }

        public static let schema = Schema.object(
            "TargetObject", "An object that a merchant sells through the platform.",
            [
                .required("object", objectIDSchema),
                .required("merchant", merchantIDSchema),
                .required("title", .text(1...80, example: "Harbour Tales")),
                .required("price", moneySchema),
                .required("currency", currencyCodeSchema),
                .optional("stock", stockSchema, "How many are left."),
                .required("quantityMax", .integer(1...10_000, example: 10)),
                .required("start", .dateTime),
                .required("end", .dateTime),
                .required("state", .choice(TargetObjectState.self)),
                .required("publishedAt", .dateTime),
            ])
    }

    /// Withdraws an object, or publishes it again.
    public struct ObjectStateRequest: WireType {
        public var state: TargetObjectState

        public init(state: TargetObjectState) {
            self.state = state
        }

        public static let schema = Schema.object(
            "ObjectStateRequest", "Withdraws an object, or publishes it again.",
            [
                .required("state", .choice(TargetObjectState.self))
            ])
    }

    /// Adds to the stock, or takes from it.
    public struct StockRequest: WireType {
        public var change: Int

        public init(change: Int) {
            self.change = change
        }

        public static let schema = Schema.object(
            "StockRequest", "Adds to the stock, or takes from it.",
            [
                .required("change", .integer(-1_000_000_000...1_000_000_000, example: 5))
            ])
    }

    /// So many of an object.
    public struct ObjectOrderRequest: WireType {
        public var object: String
        public var quantity: Int

        public init(object: String, quantity: Int) {
            self.object = object
            self.quantity = quantity
        }

        public static let schema = Schema.object(
            "ObjectOrderRequest", "So many of an object.",
            [
                .required("object", objectIDSchema),
                .required("quantity", .integer(1...10_000, example: 2)),
            ])
    }

    /// An order of an object, and the instruction to pay for it.
    public struct ObjectOrder: WireType {
        public var instruction: String
        public var object: String
        public var merchantName: String
        public var title: String
        public var quantity: Int
        public var amount: Int
        public var currency: String
        public var statement: String
        public var expiresAt: Timestamp

        public init(
            instruction: String, object: String, merchantName: String, title: String, quantity: Int, amount: Int,
            currency: String, statement: String, expiresAt: Timestamp
        ) {
            self.instruction = instruction
            self.object = object
            self.merchantName = merchantName
            self.title = title
            self.quantity = quantity
            self.amount = amount
            self.currency = currency
            self.statement = statement
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "ObjectOrder", "An order of an object, and the instruction to pay for it.",
            [
                .required("instruction", instructionIDSchema, "The order's number."),
                .required("object", objectIDSchema),
                .required("merchantName", .text(1...60, example: "Quay Books")),
                .required("title", .text(1...80, example: "Harbour Tales")),
                .required("quantity", .integer(1...10_000, example: 2)),
                .required("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("statement", signedStatementSchema, "Signed by the platform, typ payment-instruction+jwt."),
                .required("expiresAt", .dateTime),
            ])
    }

    public enum InstructionState: String, Codable, Sendable, CaseIterable { case open, paid, declined, expired, lapsed }

    /// An instruction that the platform has signed, and what became of it.
    public struct IssuedInstruction: WireType {
        public var instruction: String
        public var reference: String
        public var description: String
        public var terminal: String?
        public var quantity: Int?
        public var amount: Int?
        public var currency: String
        public var state: InstructionState
        public var isShort: Bool?
        public var paidAmount: Int?
        public var order: String?
        public var settledAt: Timestamp?
        public var expiresAt: Timestamp

        public init(
            instruction: String, reference: String, description: String, terminal: String? = nil, quantity: Int? = nil,
            amount: Int? = nil, currency: String, state: InstructionState, isShort: Bool? = nil, paidAmount: Int? = nil,
            order: String? = nil, settledAt: Timestamp? = nil, expiresAt: Timestamp
        ) {
            self.instruction = instruction
            self.reference = reference
            self.description = description
            self.terminal = terminal
            self.quantity = quantity
            self.amount = amount
            self.currency = currency
            self.state = state
            self.isShort = isShort
            self.paidAmount = paidAmount
            self.order = order
            self.settledAt = settledAt
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "IssuedInstruction", "An instruction that the platform has signed, and what became of it.",
            [
                .required("instruction", instructionIDSchema),
                .required("reference", .printable(1...64, example: "00112233445566778899"), "The tag or the object."),
                .required("description", .text(1...160, example: "2 × Harbour Tales")),
                .optional("terminal", .printable(1...32, example: "till-4")),
                .optional("quantity", .integer(1...10_000, example: 2)),
                .optional("amount", moneySchema),
                .required("currency", currencyCodeSchema),
                .required("state", .choice(InstructionState.self)),
                .optional("isShort", .boolean, "Paid when nothing was left: the merchant owes it."),
                .optional("paidAmount", moneySchema),
                .optional("order", .text(1...64, example: "ord_1"), "The payment server's order."),
                .optional("settledAt", .dateTime),
                .required("expiresAt", .dateTime),
            ])
    }

    /// What the payment server says of an instruction.
    public struct PaymentResultRequest: WireType {
        public var result: String

        public init(result: String) {
            self.result = result
        }

        public static let schema = Schema.object(
            "PaymentResultRequest", "What the payment server says of an instruction.",
            [
                .required("result", signedStatementSchema, "Signed by the payment server, typ payment-result+jwt.")
            ])
    }

    static let objectIDSchema = Schema.printable(36...36, example: "obj_00000000000000000000000000000001")
    static let stockSchema = Schema.integer(0...1_000_000_000, example: 5)
}
