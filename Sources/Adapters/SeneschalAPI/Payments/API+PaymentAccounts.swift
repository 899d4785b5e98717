extension API {
    /// What an account of the ledger is for.
    public enum PaymentAccountKind: String, Codable, Sendable, CaseIterable {
        case payer, merchant, issuerSettlement, reward, transit, purse, equity
    }

    /// Somebody who wants to pay: whose account it is, the device that speaks for it, and the PIN that only its owner knows.
    public struct OpenPayerAccountRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var label: String
        public var currency: String
        public var deviceKey: HexBytes
        public var pin: String

        public init(label: String, currency: String, deviceKey: HexBytes, pin: String) {
            self.label = label
            self.currency = currency
            self.deviceKey = deviceKey
            self.pin = pin
        }

        public var description: String { "‹payer account to be opened›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "OpenPayerAccountRequest",
            "Somebody who wants to pay: whose account it is, the device that speaks for it, and the PIN that only its owner knows.",
            [
                .required("label", .text(1...64, example: "Ada"), "For people."),
                .required("currency", currencyCodeSchema),
                .required("deviceKey", deviceKeySchema, "The public half of the key that signs payer confirmations."),
                .required("pin", pinSchema),
            ])
    }

    /// An account that was opened, and its access credential, which is told here and nowhere else.
    public struct PayerAccount: WireType, CustomStringConvertible, CustomReflectable {
        public var account: LedgerAccount
        public var deviceKeyName: String
        public var server: String
        public var secret: String

        public init(account: LedgerAccount, deviceKeyName: String, server: String, secret: String) {
            self.account = account
            self.deviceKeyName = deviceKeyName
            self.server = server
            self.secret = secret
        }

        public var description: String { "‹payer account with its credential›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "PayerAccount",
            "An account that was opened, and its access credential, which is told here and nowhere else.",
            [
                .required("account", LedgerAccount.schema),
                .required("deviceKeyName", keyNameSchema, "`kid` of what the device signs."),
                .required("server", partyNameSchema, "`aud` of what the device signs."),
                .required("secret", secretSchema),
            ])
    }

    /// An account of the ledger that the operator opens.
    public struct OpenLedgerAccountRequest: WireType {
        public var label: String
        public var kind: PaymentAccountKind
        public var currency: String
        public var overdraftLimit: Int?

        public init(label: String, kind: PaymentAccountKind, currency: String, overdraftLimit: Int? = nil) {
            self.label = label
            self.kind = kind
            self.currency = currency
            self.overdraftLimit = overdraftLimit
        }

        public static let schema = Schema.object(
            "OpenLedgerAccountRequest", "An account of the ledger that the operator opens.",
            [
                .required("label", .text(1...64, example: "Corner Shop"), "For people."),
                .required(
                    "kind", .choice(PaymentAccountKind.self),
                    "Not payer: payers open theirs themselves. Not purse: it comes with the purse."),
                .required("currency", currencyCodeSchema),
                .optional(
                    "overdraftLimit", .integer(0...1_000_000_000_000, example: 0),
                    "How far it may go below zero, in minor units; no bound for issuerSettlement and equity when absent, 0 for the others."
                ),
            ])
    }

    /// An account of the ledger. Amounts are minor units.
    public struct LedgerAccount: WireType {
        public var account: String
        public var kind: PaymentAccountKind
        public var label: String
        public var currency: String
        public var balance: Int
        public var available: Int?
        public var reserved: Int
        public var createdAt: Timestamp
        public var closedAt: Timestamp?

        public init(
            account: String, kind: PaymentAccountKind, label: String, currency: String, balance: Int,
            available: Int? = nil, reserved: Int, createdAt: Timestamp, closedAt: Timestamp? = nil
        ) {
            self.account = account
            self.kind = kind
            self.label = label
            self.currency = currency
            self.balance = balance
            self.available = available
            self.reserved = reserved
            self.createdAt = createdAt
            self.closedAt = closedAt
        }

        public static let schema = Schema.object(
            "LedgerAccount", "An account of the ledger. Amounts are minor units.",
            [
                .required("account", paymentAccountSchema),
                .required("kind", .choice(PaymentAccountKind.self)),
                .required("label", .text(1...64, example: "Ada")),
                .required("currency", currencyCodeSchema),
                .required("balance", balanceSchema, "What is posted."),
                .optional(
                    "available", balanceSchema, "What may still be taken, reservations counted; absent without a bound."
                ),
                .required("reserved", balanceSchema, "What pending transfers hold back."),
                .required("createdAt", .dateTime),
                .optional("closedAt", .dateTime),
            ])
    }

    static let paymentAccountSchema = Schema.printable(36...36, example: "acc_00000000000000000000000000000001")
    static let currencyCodeSchema = Schema.printable(3...3, example: "EUR")
    static let moneySchema = Schema("In minor units.", .integer(1...1_000_000_000_000), example: 1_250)
    static let balanceSchema = Schema(
        "In minor units.", .integer(-1_000_000_000_000_000...1_000_000_000_000_000), example: 10_000)
    static let deviceKeySchema = Schema(
        "An uncompressed point on P-256.", .hex(65...65),
        example: .string("04" + String(repeating: "00", count: 63) + "01"))
    static let pinSchema = Schema("The payment PIN.", .printable(4...12), example: "246810")
}
