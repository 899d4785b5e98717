extension API {
    /// *Payment function activation request*.
    public struct CardActivationRequest: WireType {
        public var card: String?
        public var confirmation: String?
        public var verification: String?
        public var functions: [PaymentFunction]

        public init(
            card: String? = nil, confirmation: String? = nil, verification: String? = nil,
            functions: [PaymentFunction]
        ) {
            self.card = card
            self.confirmation = confirmation
            self.verification = verification
            self.functions = functions
        }

        public static let schema = Schema.object(
            "CardActivationRequest", "Binds a card to this device, where that is to be done, and activates functions.",
            [
                .optional("card", cardSchema, "A card of the wallet's; absent for a new one."),
                .optional(
                    "confirmation", signedStatementSchema,
                    "With a card: its issuer's signed confirmation that it has bound it to this secure element."),
                .optional(
                    "verification", encryptedMessageSchema,
                    "Of a new card: number, expiry, cardholderName, identityNumber and telephoneNumber as JSON, "
                        + "encrypted to the wallet's key (JWE, ECDH-ES, A256GCM, typ card-verification+jwe)."),
                .required(
                    "functions", .array(of: .choice(PaymentFunction.self), 1...3),
                    "Those that the device supports, that may be activated and are not active."),
            ])
    }

    /// What the encrypted verification of a new card holds. It is never sent in the clear.
    public struct CardVerification: Codable, Sendable {
        /// `typ` of the encrypted message.
        public static let type = "card-verification+jwe"

        public var number: String
        /// MM/YY.
        public var expiry: String
        public var cardholderName: String
        public var identityNumber: String
        public var telephoneNumber: String

        public init(
            number: String, expiry: String, cardholderName: String, identityNumber: String, telephoneNumber: String
        ) {
            self.number = number
            self.expiry = expiry
            self.cardholderName = cardholderName
            self.identityNumber = identityNumber
            self.telephoneNumber = telephoneNumber
        }
    }

    public struct OneTimePasswordConfirmation: WireType {
        public var verification: String
        public var oneTimePassword: String

        public init(verification: String, oneTimePassword: String) {
            self.verification = verification
            self.oneTimePassword = oneTimePassword
        }

        public static let schema = Schema.object(
            "OneTimePasswordConfirmation", "The one-time password that the issuer sent to the reserved number.",
            [
                .required(
                    "verification", .printable(16...8_192, example: "AQEBAQEBAQEBAQEBAQEBAQ"),
                    "As the activation was answered."),
                .required("oneTimePassword", .printable(4...12, example: "123456")),
            ])
    }

    /// *Activation reply*.
    public struct CardActivationReply: WireType {
        public enum Binding: String, Codable, Sendable, CaseIterable {
            case bound, oneTimePasswordSent, referred, refused
        }

        public var binding: Binding
        public var verification: String?
        public var activation: CardActivation?

        public init(binding: Binding, verification: String? = nil, activation: CardActivation? = nil) {
            self.binding = binding
            self.verification = verification
            self.activation = activation
        }

        public static let schema = Schema.object(
            "CardActivationReply", "The result of the binding, and what became of each function.",
            [
                .required(
                    "binding", .choice(Binding.self),
                    "oneTimePasswordSent: nothing is bound yet; referred: the issuer wants to speak to its customer "
                        + "first; refused: the verification failed."),
                .optional(
                    "verification", .printable(16...8_192, example: "AQEBAQEBAQEBAQEBAQEBAQ"),
                    "Comes back with the one-time password."),
                .optional("activation", CardActivation.schema),
            ])
    }

    /// A bound card, and what can be paid with it how.
    public struct CardActivation: WireType {
        public var card: String
        public var issuer: String
        public var type: Int
        public var record: HexBytes
        public var label: String
        public var lastFour: String
        public var functions: [FunctionOutcome]

        public init(
            card: String, issuer: String, type: Int, record: HexBytes, label: String, lastFour: String,
            functions: [FunctionOutcome]
        ) {
            self.card = card
            self.issuer = issuer
            self.type = type
            self.record = record
            self.label = label
            self.lastFour = lastFour
            self.functions = functions
        }

        public static let schema = Schema.object(
            "CardActivation", "A bound card, and what can be paid with it how.",
            [
                .required("card", cardSchema), .required("issuer", issuerNameSchema),
                .required("type", universalTypeSchema, "Which universal instance it is paid with."),
                .required("record", recordReferenceSchema, "Card transaction identifier: its record's name."),
                .required("label", cardLabelSchema), .required("lastFour", lastFourSchema),
                .required("functions", .array(of: FunctionOutcome.schema, 1...3)),
            ])
    }

    /// One function that was asked for.
    public struct FunctionOutcome: WireType {
        public enum Refusal: String, Codable, Sendable, CaseIterable { case notPermitted }

        public var function: PaymentFunction
        public var paymentIdentifier: String?
        public var refusal: Refusal?

        public init(function: PaymentFunction, paymentIdentifier: String?, refusal: Refusal?) {
            self.function = function
            self.paymentIdentifier = paymentIdentifier
            self.refusal = refusal
        }

        public static let schema = Schema.object(
            "FunctionOutcome", "One function that was asked for.",
            [
                .required("function", .choice(PaymentFunction.self)),
                .optional("paymentIdentifier", tokenSchema, "Good for this function and nothing else."),
                .optional("refusal", .choice(Refusal.self)),
            ])
    }
}
