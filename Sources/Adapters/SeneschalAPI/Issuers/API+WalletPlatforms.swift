extension API {
    public struct RegisterWalletRequest: WireType {
        public var name: String
        public var keyName: String?
        public var publicKey: String

        public init(name: String, keyName: String? = nil, publicKey: String) {
            self.name = name
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "RegisterWalletRequest", "A wallet that the issuer works with.",
            [
                .required("name", partyNameSchema, "`iss` of what the wallet signs."),
                .optional("keyName", keyNameSchema, "`kid` of what it signs; the wallet's name when absent."),
                .required("publicKey", publicKeySchema),
            ])
    }

    public struct WalletKeyRequest: WireType {
        public var keyName: String
        public var publicKey: String

        public init(keyName: String, publicKey: String) {
            self.keyName = keyName
            self.publicKey = publicKey
        }

        public static let schema = Schema.object(
            "WalletKeyRequest", "Another key that a wallet is going to sign with.",
            [.required("keyName", keyNameSchema), .required("publicKey", publicKeySchema)])
    }

    public struct RenewCredentialRequest: WireType {
        public init() {}

        public static let schema = Schema.object(
            "RenewCredentialRequest", "Nothing more than what the path says.", [])
    }

    public struct WalletPlatform: WireType {
        public var name: String
        public var keyNames: [String]
        public var registeredAt: Timestamp

        public init(name: String, keyNames: [String], registeredAt: Timestamp) {
            self.name = name
            self.keyNames = keyNames
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "WalletPlatform", "A wallet that the issuer works with.",
            [
                .required("name", partyNameSchema),
                .required("keyNames", .array(of: keyNameSchema, 1...8), "The keys that it signs with, oldest first."),
                .required("registeredAt", .dateTime),
            ])
    }

    public struct RegisteredWallet: WireType, CustomStringConvertible, CustomReflectable {
        public var wallet: WalletPlatform
        public var secret: String

        public init(wallet: WalletPlatform, secret: String) {
            self.wallet = wallet
            self.secret = secret
        }

        public var description: String { "registered wallet \(wallet.name)" }
        public var customMirror: Mirror { Mirror(self, children: ["wallet": wallet]) }

        public static let schema = Schema.object(
            "RegisteredWallet", "The wallet, and its access credential.",
            [.required("wallet", WalletPlatform.schema), .required("secret", secretSchema)])
    }

    /// Whose signature stands under confirmations, and what verifications are encrypted to.
    public struct IssuerKey: WireType {
        public var issuer: String
        public var keyName: String
        public var publicKey: String
        public var encryptionKey: String
        public var encryptionKeyName: String

        public init(
            issuer: String, keyName: String, publicKey: String, encryptionKey: String, encryptionKeyName: String
        ) {
            self.issuer = issuer
            self.keyName = keyName
            self.publicKey = publicKey
            self.encryptionKey = encryptionKey
            self.encryptionKeyName = encryptionKeyName
        }

        public static let schema = Schema.object(
            "IssuerKey", "Whose signature stands under confirmations, and what verifications are encrypted to.",
            [
                .required("issuer", partyNameSchema, "`iss` of what the issuer signs, `aud` of what it believes."),
                .required("keyName", keyNameSchema), .required("publicKey", publicKeySchema),
                .required("encryptionKey", publicKeySchema, "Another key than the one that signs."),
                .required("encryptionKeyName", keyNameSchema),
            ])
    }

    /// One line of the issuer's audit trail.
    public struct IssuerAuditEntry: WireType {
        public var at: Timestamp
        public var actor: String
        public var action: String
        public var card: String?
        public var detail: String

        public init(at: Timestamp, actor: String, action: String, card: String?, detail: String) {
            self.at = at
            self.actor = actor
            self.action = action
            self.card = card
            self.detail = detail
        }

        public static let schema = Schema.object(
            "IssuerAuditEntry", "One line of the issuer's audit trail.",
            [
                .required("at", .dateTime), .required("actor", .text(1...256, example: "wallet:lantern")),
                .required("action", .text(1...256, example: "binding")), .optional("card", cardAccountSchema),
                .required("detail", .text(0...4_096, example: "")),
            ])
    }

    static let keyNameSchema = Schema.printable(1...64, example: "lantern-2026")
    static let publicKeySchema = Schema(
        "Public key on P-256 (PEM, SubjectPublicKeyInfo).", .text(64...1_024),
        example:
            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…………………………\n-----END PUBLIC KEY-----\n")
}
