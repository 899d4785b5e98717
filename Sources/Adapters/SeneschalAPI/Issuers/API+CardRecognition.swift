extension API {
    /// Real-name verification: an encrypted ``CardholderVerification``.
    public struct IssuerVerificationRequest: WireType {
        public var verification: String

        public init(verification: String) { self.verification = verification }

        public static let schema = Schema.object(
            "IssuerVerificationRequest",
            "Do card, name, identity number and reserved telephone number belong together?",
            [
                .required(
                    "verification", encryptedMessageSchema,
                    "number, expiry (MM/YY), cardholderName, identityNumber, telephoneNumber and user as JSON, encrypted "
                        + "to the issuer's key (JWE, ECDH-ES, A256GCM, typ cardholder-verification+jwe). A repetition "
                        + "has the same contents; it may be encrypted anew.")
            ])
    }

    /// What a cardholder says of itself and its card. It is never sent in the clear, and prints as nothing.
    public struct CardholderVerification: WireType, CustomStringConvertible, CustomReflectable {
        /// `typ` of the encrypted message.
        public static let type = "cardholder-verification+jwe"

        public var number: String
        public var expiry: String
        public var cardholderName: String
        public var identityNumber: String
        public var telephoneNumber: String
        public var user: String

        public init(
            number: String, expiry: String, cardholderName: String, identityNumber: String, telephoneNumber: String,
            user: String
        ) {
            self.number = number
            self.expiry = expiry
            self.cardholderName = cardholderName
            self.identityNumber = identityNumber
            self.telephoneNumber = telephoneNumber
            self.user = user
        }

        public var description: String { "‹real-name verification›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "CardholderVerification", "What a cardholder says of itself and its card.",
            [
                .required("number", cardNumberSchema), .required("expiry", expirySchema),
                .required(
                    "cardholderName", .text(1...256, example: "Ada Byron"), "As on the card; case does not matter."),
                .required("identityNumber", .text(1...64, example: "110101-1815")),
                .required(
                    "telephoneNumber", .text(1...64, example: "+44 20 7946 0018"),
                    "The number that the bank knows its customer by."),
                .required("user", walletUserSchema),
            ])
    }

    /// What the issuer makes of it. Which field does not fit is never said.
    public struct IssuerVerificationAnswer: WireType {
        public enum Outcome: String, Codable, Sendable, CaseIterable {
            case verified, oneTimePasswordSent, referred, refused
        }

        public var outcome: Outcome
        public var card: RecognizedCard?
        public var verificationId: String?

        public init(outcome: Outcome, card: RecognizedCard? = nil, verificationId: String? = nil) {
            self.outcome = outcome
            self.card = card
            self.verificationId = verificationId
        }

        public static let schema = Schema.object(
            "IssuerVerificationAnswer", "What the issuer makes of it; which field does not fit is never said.",
            [
                .required(
                    "outcome", .choice(Outcome.self),
                    "The paths of token issuance: green, yellow, orange, and red or not fitting."),
                .optional("card", RecognizedCard.schema, "When verified."),
                .optional("verificationId", verificationIDSchema, "When a one-time password was sent."),
            ])
    }

    /// A card that its issuer has recognized.
    public struct RecognizedCard: WireType {
        public var card: String
        public var type: IssuerCardType
        public var label: String

        public init(card: String, type: IssuerCardType, label: String) {
            self.card = card
            self.type = type
            self.label = label
        }

        public static let schema = Schema.object(
            "RecognizedCard", "A card that its issuer has recognized.",
            [
                .required("card", cardAccountSchema), .required("type", .choice(IssuerCardType.self)),
                .required("label", cardLabelSchema),
            ])
    }

    public enum IssuerCardType: String, Codable, Sendable, CaseIterable { case debit, credit }

    public struct OneTimePasswordRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var oneTimePassword: String

        public init(oneTimePassword: String) { self.oneTimePassword = oneTimePassword }

        public var description: String { "‹one-time password›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "OneTimePasswordRequest", "What the issuer sent to the reserved telephone number.",
            [.required("oneTimePassword", .printable(1...16, example: "271828"))])
    }

    static let cardNumberSchema = Schema(
        "Digits of a card number, with a valid check digit.", .printable(12...19), example: "4761739001010010")
    static let expirySchema = Schema(
        "Last month in which the card is good, MM/YY.", .printable(5...5), example: "11/30")
    static let walletUserSchema = Schema(
        "The wallet's own opaque name of its user.", .printable(1...64),
        example: "usr_00112233445566778899aabbccddeeff")
    static let cardAccountSchema = Schema(
        "The issuer's opaque reference of a card, said instead of its number.", .printable(36...36),
        example: "acc_00112233445566778899aabbccddeeff")
    static let verificationIDSchema = Schema.printable(36...36, example: "ver_00112233445566778899aabbccddeeff")
    static let cardLabelSchema = Schema.text(1...16, example: "HARBOUR")
}
