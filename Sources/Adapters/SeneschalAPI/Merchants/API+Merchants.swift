extension API {
    /// A merchant, its account at the payment server, and what it signs usage reports with.
    public struct RegisterMerchantRequest: WireType {
        public var name: String
        public var payee: String
        public var rewardAccount: String?
        public var currency: String
        public var category: String
        public var keyName: String?
        public var publicKey: String?

        public init(
            name: String, payee: String, rewardAccount: String? = nil, currency: String, category: String,
            keyName: String? = nil, publicKey: String? = nil
        ) {
            self.name = name
            self.payee = payee
            self.rewardAccount = rewardAccount
            self.currency = currency
            self.category = category
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "RegisterMerchantRequest",
            "A merchant, its account at the payment server, and what it signs usage reports with.",
            [
                .required("name", .text(1...60, example: "Quay Books"), "What payers see."),
                .required("payee", merchantPayeeSchema, "Its account at the payment server."),
                .optional(
                    "rewardAccount", merchantPayeeSchema,
                    "What rewards are paid from; a merchant without one makes no offers."),
                .required("currency", currencyCodeSchema),
                .required("category", .printable(4...4, example: "5942"), "ISO 18245."),
                .optional("keyName", keyNameSchema, "`kid` of what it signs; with `publicKey`."),
                .optional("publicKey", publicKeySchema),
            ])
    }

    public enum MerchantState: String, Codable, Sendable, CaseIterable { case active, suspended }

    /// A merchant of the platform.
    public struct Merchant: WireType {
        public var merchant: String
        public var name: String
        public var payee: String
        public var rewardAccount: String?
        public var currency: String
        public var category: String
        public var state: MerchantState
        public var keyNames: [String]
        public var registeredAt: Timestamp

        public init(
            merchant: String, name: String, payee: String, rewardAccount: String? = nil, currency: String,
            category: String, state: MerchantState, keyNames: [String], registeredAt: Timestamp
        ) {
            self.merchant = merchant
            self.name = name
            self.payee = payee
            self.rewardAccount = rewardAccount
            self.currency = currency
            self.category = category
            self.state = state
            self.keyNames = keyNames
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "Merchant", "A merchant of the platform.",
            [
                .required("merchant", merchantIDSchema),
                .required("name", .text(1...60, example: "Quay Books")),
                .required("payee", merchantPayeeSchema),
                .optional("rewardAccount", merchantPayeeSchema),
                .required("currency", currencyCodeSchema),
                .required("category", .printable(4...4, example: "5942")),
                .required("state", .choice(MerchantState.self)),
                .required("keyNames", .array(of: keyNameSchema, 0...8)),
                .required("registeredAt", .dateTime),
            ])
    }

    /// A merchant that was registered, and its access credential, which is told here and nowhere else.
    public struct RegisteredMerchant: WireType, CustomStringConvertible, CustomReflectable {
        public var merchant: Merchant
        public var secret: String

        public init(merchant: Merchant, secret: String) {
            self.merchant = merchant
            self.secret = secret
        }

        public var description: String { "‹merchant with its credential›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RegisteredMerchant",
            "A merchant that was registered, and its access credential, which is told here and nowhere else.",
            [
                .required("merchant", Merchant.schema),
                .required("secret", secretSchema),
            ])
    }

    /// Suspends a merchant, or lets it work again.
    public struct MerchantStateRequest: WireType {
        public var state: MerchantState

        public init(state: MerchantState) {
            self.state = state
        }

        public static let schema = Schema.object(
            "MerchantStateRequest", "Suspends a merchant, or lets it work again.",
            [
                .required("state", .choice(MerchantState.self))
            ])
    }

    /// Another key that a merchant signs usage reports with.
    public struct MerchantKeyRequest: WireType {
        public var keyName: String
        public var publicKey: String

        public init(keyName: String, publicKey: String) {
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "MerchantKeyRequest", "Another key that a merchant signs usage reports with.",
            [
                .required("keyName", keyNameSchema),
                .required("publicKey", publicKeySchema),
            ])
    }

    /// What the platform signs with.
    public struct MerchantPlatformKey: WireType {
        public var platform: String
        public var keyName: String
        public var publicKey: String
        public var tagContentKey: String

        public init(platform: String, keyName: String, publicKey: String, tagContentKey: String) {
            self.platform = platform
            self.keyName = keyName
            self.publicKey = publicKey
            self.tagContentKey = tagContentKey
        }

        public static let schema = Schema.object(
            "MerchantPlatformKey", "What the platform signs with.",
            [
                .required("platform", partyNameSchema, "`iss` of what it signs."),
                .required("keyName", keyNameSchema),
                .required("publicKey", publicKeySchema, "Of instructions."),
                .required("tagContentKey", publicKeySchema, "Of what is written into tags."),
            ])
    }

    /// One line of the audit trail.
    public struct MerchantAuditEntry: WireType {
        public var at: Timestamp
        public var actor: String
        public var action: String
        public var detail: String

        public init(at: Timestamp, actor: String, action: String, detail: String) {
            self.at = at
            self.actor = actor
            self.action = action
            self.detail = detail
        }

        public static let schema = Schema.object(
            "MerchantAuditEntry", "One line of the audit trail.",
            [
                .required("at", .dateTime),
                .required("actor", .text(1...128, example: "operator:ops")),
                .required("action", .text(1...128, example: "tag.make")),
                .required("detail", .text(0...512, example: "")),
            ])
    }

    static let merchantIDSchema = Schema.printable(36...36, example: "mrc_00000000000000000000000000000001")
    static let merchantPayeeSchema = Schema.printable(1...64, example: "acc_00000000000000000000000000000001")
}
