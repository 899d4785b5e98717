extension API {
    /// A card, a user and a secure element that are to be bound together, or no more; and the wallet's word for it.
    public struct IssuerBindingRequest: WireType {
        public var card: String
        public var user: String
        public var secureElement: String
        public var assertion: String

        public init(card: String, user: String, secureElement: String, assertion: String) {
            self.card = card
            self.user = user
            self.secureElement = secureElement
            self.assertion = assertion
        }

        public static let schema = Schema.object(
            "IssuerBindingRequest",
            "The three that are bound together, and the wallet's word that the user may ask for it.",
            [
                .required("card", cardAccountSchema), .required("user", walletUserSchema),
                .required("secureElement", cardImageSchema),
                .required(
                    "assertion", signedStatementSchema,
                    "Signed by the wallet, typ binding-assertion+jwt, with iss, aud, sub, card, secureElement, iat, exp, jti."
                ),
            ])
    }

    public struct IssuerBinding: WireType {
        public var bindingId: String
        public var confirmation: String

        public init(bindingId: String, confirmation: String) {
            self.bindingId = bindingId
            self.confirmation = confirmation
        }

        public static let schema = Schema.object(
            "IssuerBinding", "A binding, and the issuer's word for it.",
            [
                .required("bindingId", bindingIDSchema),
                .required(
                    "confirmation", signedStatementSchema,
                    "Signed by the issuer, typ binding-confirmation+jwt, with iss, aud, sub, card, secureElement, binding, iat."
                ),
            ])
    }

    public struct IssuerUnbinding: WireType {
        public init() {}

        public static let schema = Schema.object("IssuerUnbinding", "The three are not bound together.", [])
    }

    /// A binding as the issuer's operator sees it.
    public struct IssuerBindingRecord: WireType {
        public var bindingId: String
        public var wallet: String
        public var user: String
        public var secureElement: String
        public var boundAt: Timestamp

        public init(bindingId: String, wallet: String, user: String, secureElement: String, boundAt: Timestamp) {
            self.bindingId = bindingId
            self.wallet = wallet
            self.user = user
            self.secureElement = secureElement
            self.boundAt = boundAt
        }

        public static let schema = Schema.object(
            "IssuerBindingRecord", "Who has a card in which wallet, on which secure element.",
            [
                .required("bindingId", bindingIDSchema), .required("wallet", partyNameSchema),
                .required("user", walletUserSchema), .required("secureElement", cardImageSchema),
                .required("boundAt", .dateTime),
            ])
    }

    static let bindingIDSchema = Schema.printable(36...36, example: "bnd_00112233445566778899aabbccddeeff")
    static let cardImageSchema = Schema(
        "Card image number of the secure element, in hex.", .hex(1...32), example: "45434E0000000001")
    static let signedStatementSchema = Schema(
        "A JSON Web Signature in compact form, ES256.", .printable(16...16_384),
        example: "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl")
    static let partyNameSchema = Schema(
        "1 to 32 lower-case letters, digits and hyphens.", .printable(1...32), example: "lantern")
}
