extension API {
    /// One way to pay with a card.
    public enum PaymentFunction: String, Codable, Sendable, CaseIterable { case nfc, qr, online }

    /// A card of the user's, without its number.
    public struct WalletCard: WireType {
        public var card: String
        public var issuer: String
        public var issuerCardReference: String
        public var type: Int
        public var label: String
        public var lastFour: String
        public var expiry: String
        public var activatable: [PaymentFunction]
        public var active: [PaymentFunction]
        public var suspended: [PaymentFunction]

        public init(
            card: String, issuer: String, issuerCardReference: String, type: Int, label: String, lastFour: String,
            expiry: String, activatable: [PaymentFunction], active: [PaymentFunction],
            suspended: [PaymentFunction]
        ) {
            self.card = card
            self.issuer = issuer
            self.issuerCardReference = issuerCardReference
            self.type = type
            self.label = label
            self.lastFour = lastFour
            self.expiry = expiry
            self.activatable = activatable
            self.active = active
            self.suspended = suspended
        }

        public static let schema = Schema.object(
            "WalletCard", "A card of the user's, without its number.",
            [
                .required("card", cardSchema), .required("issuer", issuerNameSchema),
                .required(
                    "issuerCardReference", .printable(1...128, example: "card_5e0c6a"),
                    "The issuer's own name of the card."),
                .required("type", universalTypeSchema), .required("label", cardLabelSchema),
                .required("lastFour", lastFourSchema), .required("expiry", .printable(5...5, example: "12/30")),
                .required("activatable", functionsSchema, "What its issuer lets it be used for."),
                .required("active", functionsSchema, "What it is used for on the asking device."),
                .required("suspended", functionsSchema, "Of these, what somebody has stopped: it does not pay."),
            ])
    }

    public struct WalletCards: WireType {
        public var cards: [WalletCard]

        public init(cards: [WalletCard]) { self.cards = cards }

        public static let schema = Schema.object(
            "WalletCards", "All and only the cards of the user.",
            [.required("cards", .array(of: WalletCard.schema, 0...64))])
    }

    /// The wallet's word to an issuer.
    public struct BindingAssertion: WireType {
        public var assertion: String
        public var expires: Timestamp

        public init(assertion: String, expires: Timestamp) {
            self.assertion = assertion
            self.expires = expires
        }

        public static let schema = Schema.object(
            "BindingAssertion", "The wallet's word to the card's issuer, good for a few minutes.",
            [.required("assertion", signedStatementSchema), .required("expires", .dateTime)])
    }

    /// What a wallet encrypts and signs with, by names.
    public struct WalletKeys: WireType {
        public var name: String
        public var signingKey: String
        public var signingKeyName: String
        public var encryptionKey: String
        public var encryptionKeyName: String

        public init(
            name: String, signingKey: String, signingKeyName: String, encryptionKey: String, encryptionKeyName: String
        ) {
            self.name = name
            self.signingKey = signingKey
            self.signingKeyName = signingKeyName
            self.encryptionKey = encryptionKey
            self.encryptionKeyName = encryptionKeyName
        }

        public static let schema = Schema.object(
            "WalletKeys", "The wallet's public keys.",
            [
                .required("name", .printable(1...64, example: "seneschal-wallet"), "`iss` of its statements."),
                .required("signingKey", publicKeySchema), .required("signingKeyName", keyNameSchema),
                .required("encryptionKey", publicKeySchema, "Card verifications are encrypted to it."),
                .required("encryptionKeyName", keyNameSchema),
            ])
    }
}

extension API {
    static let cardSchema = Schema.printable(36...36, example: "crd_0123456789abcdef0123456789abcdef")
    static let tokenSchema = Schema.printable(36...36, example: "tok_0123456789abcdef0123456789abcdef")
    static let deviceSchema = Schema.printable(36...36, example: "dev_0123456789abcdef0123456789abcdef")
    static let userSchema = Schema.printable(36...36, example: "usr_0123456789abcdef0123456789abcdef")
    static let migrationSchema = Schema.printable(36...36, example: "mig_0123456789abcdef0123456789abcdef")
    static let issuerNameSchema = Schema.printable(1...32, example: "harbour-bank")
    static let universalTypeSchema = Schema.integer(1...2, example: 1)
    static let lastFourSchema = Schema.printable(4...4, example: "0010")
    static let functionsSchema = Schema.array(of: .choice(PaymentFunction.self), 0...3)
    static let recordReferenceSchema = Schema.hex(8...8, example: "0102030405060708")
    static let encryptedMessageSchema = Schema.printable(16...16_384, example: "eyJhbGciOiJFQ0RILUVTIn0..aXY.Yw.dGFn")
}
