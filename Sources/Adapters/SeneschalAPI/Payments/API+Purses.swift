extension API {
    /// A purse that is to be issued.
    public struct IssuePurseRequest: WireType {
        public var number: String?
        public var currency: String
        public var owner: String?

        public init(number: String? = nil, currency: String, owner: String? = nil) {
            self.number = number
            self.currency = currency
            self.owner = owner
        }

        public static let schema = Schema.object(
            "IssuePurseRequest", "A purse that is to be issued.",
            [
                .optional("number", purseNumberSchema, "A fresh one when absent."),
                .required("currency", currencyCodeSchema),
                .optional(
                    "owner", paymentAccountSchema,
                    "The payer who is paid back what a gate took without opening; absent for a purse of its bearer."),
            ])
    }

    /// A purse that was issued. Its account follows what gates report.
    public struct Purse: WireType {
        public var card: String
        public var number: String
        public var account: String
        public var owner: String?
        public var issuedAt: Timestamp
        public var blockedAt: Timestamp?

        public init(
            card: String, number: String, account: String, owner: String? = nil, issuedAt: Timestamp,
            blockedAt: Timestamp? = nil
        ) {
            self.card = card
            self.number = number
            self.account = account
            self.owner = owner
            self.issuedAt = issuedAt
            self.blockedAt = blockedAt
        }

        public static let schema = Schema.object(
            "Purse", "A purse that was issued. Its account follows what gates report.",
            [
                .required("card", purseSchema),
                .required("number", purseNumberSchema),
                .required("account", paymentAccountSchema, "What the card holds, as far as its issuer knows."),
                .optional("owner", paymentAccountSchema),
                .required("issuedAt", .dateTime),
                .optional("blockedAt", .dateTime),
            ])
    }

    /// Whether a purse is loaded.
    public struct PurseStateRequest: WireType {
        public var isBlocked: Bool

        public init(isBlocked: Bool) { self.isBlocked = isBlocked }

        public static let schema = Schema.object(
            "PurseStateRequest", "Whether a purse is loaded.", [.required("isBlocked", .boolean)])
    }

    /// For whom keys of purses are wrapped.
    public struct PurseKeyRequest: WireType {
        public var transportKey: String

        public init(transportKey: String) { self.transportKey = transportKey }

        public static let schema = Schema.object(
            "PurseKeyRequest", "For whom keys of purses are wrapped.",
            [.required("transportKey", publicKeySchema, "The personalizer's RSA key.")])
    }

    /// What makes an instance of the purse application this card. The keys are DPK, DLK and DTK, wrapped.
    public struct PursePersonalization: WireType {
        public var applicationData: HexBytes
        public var keyVersion: Int
        public var wrappedKeys: HexBytes

        public init(applicationData: HexBytes, keyVersion: Int, wrappedKeys: HexBytes) {
            self.applicationData = applicationData
            self.keyVersion = keyVersion
            self.wrappedKeys = wrappedKeys
        }

        public static let schema = Schema.object(
            "PursePersonalization",
            "What makes an instance of the purse application this card. The keys are DPK, DLK and DTK, wrapped.",
            [
                .required(
                    "applicationData",
                    .hex(30...30, example: "0100000000000000000003003104000012345678" + "20260101204601010000"),
                    "File 15."),
                .required("keyVersion", .integer(1...255, example: 1)),
                .required("wrappedKeys", wrappedPurseKeySchema),
            ])
    }

    /// A security module that is to be made for a terminal.
    public struct EquipTerminalRequest: WireType {
        public var number: HexBytes
        public var transportKey: String

        public init(number: HexBytes, transportKey: String) {
            self.number = number
            self.transportKey = transportKey
        }

        public static let schema = Schema.object(
            "EquipTerminalRequest", "A security module that is to be made for a terminal.",
            [
                .required("number", purseTerminalSchema),
                .required("transportKey", publicKeySchema, "The RSA key of whoever makes the module."),
            ])
    }

    /// What makes a security module that terminal's. The key is that of all cards' purchases, wrapped.
    public struct SecurityModule: WireType {
        public var number: HexBytes
        public var keyVersion: Int
        public var wrappedKey: HexBytes

        public init(number: HexBytes, keyVersion: Int, wrappedKey: HexBytes) {
            self.number = number
            self.keyVersion = keyVersion
            self.wrappedKey = wrappedKey
        }

        public static let schema = Schema.object(
            "SecurityModule",
            "What makes a security module that terminal's. The key is that of all cards' purchases, wrapped.",
            [
                .required("number", purseTerminalSchema),
                .required("keyVersion", .integer(1...255, example: 1)),
                .required("wrappedKey", wrappedPurseKeySchema),
            ])
    }

    static let purseSchema = Schema(
        "The last 16 digits of a purse's number.", .printable(16...16), example: "1040000123456789")
    static let purseNumberSchema = Schema.printable(19...19, example: "3003104000012345678")
    static let purseTerminalSchema = Schema("Of a security module.", .hex(6...6), example: "A10000000001")
    private static let wrappedPurseKeySchema = Schema(
        "RSA-OAEP with SHA-256.", .hex(128...1_024), example: .string(String(repeating: "00", count: 128)))
}
