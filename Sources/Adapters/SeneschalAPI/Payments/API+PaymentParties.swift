extension API {
    /// A merchant platform whose instructions are believed.
    public struct RegisterPlatformRequest: WireType {
        public var name: String
        public var keyName: String?
        public var publicKey: String
        public var rewardAccounts: [String]?

        public init(name: String, keyName: String? = nil, publicKey: String, rewardAccounts: [String]? = nil) {
            self.name = name
            self.keyName = keyName
            self.publicKey = publicKey
            self.rewardAccounts = rewardAccounts
        }

        public static let schema = Schema.object(
            "RegisterPlatformRequest", "A merchant platform whose instructions are believed.",
            [
                .required("name", partyNameSchema, "`iss` of what it signs."),
                .optional("keyName", keyNameSchema, "`kid` of what it signs; the name when absent."),
                .required("publicKey", publicKeySchema),
                .optional("rewardAccounts", .array(of: paymentAccountSchema, 0...100), "Whose rewards it pays."),
            ])
    }

    /// A seller's terminal whose word is believed, for one account.
    public struct RegisterPaymentTerminalRequest: WireType {
        public var name: String
        public var keyName: String?
        public var publicKey: String
        public var payee: String

        public init(name: String, keyName: String? = nil, publicKey: String, payee: String) {
            self.name = name
            self.keyName = keyName
            self.publicKey = publicKey
            self.payee = payee
        }

        public static let schema = Schema.object(
            "RegisterPaymentTerminalRequest", "A seller's terminal whose word is believed, for one account.",
            [
                .required("name", partyNameSchema, "`iss` of what it signs."),
                .optional("keyName", keyNameSchema, "`kid` of what it signs; the name when absent."),
                .required("publicKey", publicKeySchema),
                .required("payee", paymentAccountSchema, "The only account that it sells for."),
            ])
    }

    /// A party that the payment server knows.
    public struct PaymentParty: WireType {
        public var name: String
        public var registeredAt: Timestamp
        public var suspendedAt: Timestamp?

        public init(name: String, registeredAt: Timestamp, suspendedAt: Timestamp? = nil) {
            self.name = name
            self.registeredAt = registeredAt
            self.suspendedAt = suspendedAt
        }

        public static let schema = Schema.object(
            "PaymentParty", "A party that the payment server knows.",
            [
                .required("name", partyNameSchema),
                .required("registeredAt", .dateTime),
                .optional("suspendedAt", .dateTime, "Nothing new of it is believed from then on."),
            ])
    }

    /// A party that was registered, and its access credential, which is told here and nowhere else.
    public struct RegisteredPaymentParty: WireType, CustomStringConvertible, CustomReflectable {
        public var party: PaymentParty
        public var secret: String

        public init(party: PaymentParty, secret: String) {
            self.party = party
            self.secret = secret
        }

        public var description: String { "‹party with its credential›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RegisteredPaymentParty",
            "A party that was registered, and its access credential, which is told here and nowhere else.",
            [
                .required("party", PaymentParty.schema),
                .required("secret", secretSchema),
            ])
    }

    /// A reward that a platform owes somebody.
    public struct RewardRequest: WireType {
        public var instruction: String

        public init(instruction: String) {
            self.instruction = instruction
        }

        public static let schema = Schema.object(
            "RewardRequest", "A reward that a platform owes somebody.",
            [
                .required("instruction", signedStatementSchema, "Signed by the platform, typ reward-instruction+jwt.")
            ])
    }

    /// One line of the audit trail.
    public struct PaymentAuditEntry: WireType {
        public var at: Timestamp
        public var actor: String
        public var action: String
        public var subject: String
        public var detail: String?

        public init(at: Timestamp, actor: String, action: String, subject: String, detail: String? = nil) {
            self.at = at
            self.actor = actor
            self.action = action
            self.subject = subject
            self.detail = detail
        }

        public static let schema = Schema.object(
            "PaymentAuditEntry", "One line of the audit trail.",
            [
                .required("at", .dateTime),
                .required("actor", .text(1...128, example: "operator")),
                .required("action", .text(1...128, example: "registered")),
                .required("subject", .text(0...256, example: "quay-market")),
                .optional("detail", .text(0...512, example: "")),
            ])
    }

    /// The public key that the payment server signs with.
    public struct PaymentServerKey: WireType {
        public var server: String
        public var keyName: String
        public var publicKey: String

        public init(server: String, keyName: String, publicKey: String) {
            self.server = server
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "PaymentServerKey", "The public key that the payment server signs with.",
            [
                .required("server", partyNameSchema, "`iss` of what it signs, `aud` of what it is sent."),
                .required("keyName", keyNameSchema),
                .required("publicKey", publicKeySchema),
            ])
    }

    /// Another key of a party's.
    public struct PaymentPartyKeyRequest: WireType {
        public var keyName: String
        public var publicKey: String

        public init(keyName: String, publicKey: String) {
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "PaymentPartyKeyRequest", "Another key of a party's, before it signs with it.",
            [.required("keyName", keyNameSchema), .required("publicKey", publicKeySchema)])
    }

    /// A key that a party's statements are verified with.
    public struct PaymentPartyKey: WireType {
        public var party: String
        public var keyName: String

        public init(party: String, keyName: String) {
            self.party = party
            self.keyName = keyName
        }

        public static let schema = Schema.object(
            "PaymentPartyKey", "A key that a party's statements are verified with.",
            [.required("party", partyNameSchema), .required("keyName", keyNameSchema)])
    }

    /// Whether a party is believed.
    public struct PaymentPartyStateRequest: WireType {
        public var isSuspended: Bool

        public init(isSuspended: Bool) { self.isSuspended = isSuspended }

        public static let schema = Schema.object(
            "PaymentPartyStateRequest", "Whether a party is believed.", [.required("isSuspended", .boolean)])
    }

    /// An account whose rewards a platform is to pay.
    public struct LeaveRewardsRequest: WireType {
        public var account: String

        public init(account: String) { self.account = account }

        public static let schema = Schema.object(
            "LeaveRewardsRequest", "An account whose rewards a platform is to pay.",
            [.required("account", paymentAccountSchema, "Of the kind reward.")])
    }
}
