extension API {
    /// A transaction whose token, domain, counter and cryptogram the wallet's token service has verified.
    public struct IssuerAuthorizationRequest: WireType {
        public var transaction: String
        public var card: String
        public var secureElement: String
        public var function: CardFunction
        public var token: String
        public var transactionCounter: Int
        public var amount: Int
        public var currency: Int
        public var merchant: String
        public var assertion: String

        public enum CardFunction: String, Codable, Sendable, CaseIterable { case nfc, qr, online }

        public init(
            transaction: String, card: String, secureElement: String, function: CardFunction, token: String,
            transactionCounter: Int, amount: Int, currency: Int, merchant: String, assertion: String
        ) {
            self.transaction = transaction
            self.card = card
            self.secureElement = secureElement
            self.function = function
            self.token = token
            self.transactionCounter = transactionCounter
            self.amount = amount
            self.currency = currency
            self.merchant = merchant
            self.assertion = assertion
        }

        public static let schema = Schema.object(
            "IssuerAuthorizationRequest", "A transaction of a token that its token service has verified.",
            [
                .required("transaction", transactionSchema), .required("card", cardAccountSchema),
                .required("secureElement", cardImageSchema), .required("function", .choice(CardFunction.self)),
                .required(
                    "token", .printable(1...64, example: "tok_00112233445566778899aabbccddeeff"),
                    "Names the token without its digits."),
                .required(
                    "transactionCounter", .integer(1...65_535, example: 7),
                    "ATC of the verified cryptogram: rises with every transaction of the token."),
                .required("amount", amountSchema), .required("currency", currencySchema),
                .required("merchant", merchantSchema),
                .required(
                    "assertion", signedStatementSchema,
                    "Signed by the token service, typ authorization-assertion+jwt, with all of the above, iss, aud, iat, exp."
                ),
            ])
    }

    public struct IssuerAuthorizationAnswer: WireType {
        public enum Outcome: String, Codable, Sendable, CaseIterable { case approved, declined }

        public var outcome: Outcome
        public var authorizationCode: String?
        public var actionCode: String?
        public var issuerAuthenticationData: HexBytes?

        public init(
            outcome: Outcome, authorizationCode: String? = nil, actionCode: String? = nil,
            issuerAuthenticationData: HexBytes? = nil
        ) {
            self.outcome = outcome
            self.authorizationCode = authorizationCode
            self.actionCode = actionCode
            self.issuerAuthenticationData = issuerAuthenticationData
        }

        public static let schema = Schema.object(
            "IssuerAuthorizationAnswer", "Yes or no; the answer to a transaction never changes.",
            [
                .required("outcome", .choice(Outcome.self)),
                .optional(
                    "authorizationCode", .printable(6...6, example: "314159"), "When approved: ISO 8583 field 38."),
                .optional(
                    "actionCode", .printable(2...2, example: "51"),
                    "When declined: ISO 8583:1987 field 39. 05 do not honour, 12 invalid transaction, 14 invalid card "
                        + "number, 51 insufficient funds, 54 expired card, 57 not permitted, 62 restricted card, 63 "
                        + "security violation."),
                .optional(
                    "issuerAuthenticationData", .hex(8...16, example: "0011223300800000"),
                    "For a chip whose cryptogram is good: EMV tag 91."),
            ])
    }

    /// A transaction of the plastic card's chip. It prints as nothing.
    public struct ChipAuthorizationRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var transaction: String
        public var number: String
        public var sequenceNumber: Int
        public var amount: Int
        public var currency: Int
        public var merchant: String
        public var chipData: HexBytes

        public init(
            transaction: String, number: String, sequenceNumber: Int, amount: Int, currency: Int, merchant: String,
            chipData: HexBytes
        ) {
            self.transaction = transaction
            self.number = number
            self.sequenceNumber = sequenceNumber
            self.amount = amount
            self.currency = currency
            self.merchant = merchant
            self.chipData = chipData
        }

        public var description: String { "‹chip transaction \(transaction)›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "ChipAuthorizationRequest", "A transaction that a chip of the issuer's asks for with its cryptogram.",
            [
                .required("transaction", transactionSchema), .required("number", cardNumberSchema),
                .required("sequenceNumber", .integer(0...99, example: 1), "EMV tag 5F34."),
                .required("amount", amountSchema), .required("currency", currencySchema),
                .required("merchant", merchantSchema),
                .required(
                    "chipData", .hex(1...255, example: "9F2608A1B2C3D4E5F60718"),
                    "BER-TLV as in field 55 of ISO 8583: 9F26, 9F10, 9F36, 9F37, 9F02, 9F03, 9F1A, 95, 5F2A, 9A, 9C, 82."
                ),
            ])
    }

    public struct ReversalRequest: WireType {
        public var transaction: String

        public init(transaction: String) { self.transaction = transaction }

        public static let schema = Schema.object(
            "ReversalRequest", "The transaction that is undone.", [.required("transaction", transactionSchema)])
    }

    public struct Reversal: WireType {
        public enum Outcome: String, Codable, Sendable, CaseIterable { case reversed, declinedBefore, notSeen }

        public var outcome: Outcome

        public init(outcome: Outcome) { self.outcome = outcome }

        public static let schema = Schema.object(
            "Reversal", "What the reversal found.",
            [
                .required(
                    "outcome", .choice(Outcome.self),
                    "The money is back; or there was none to give back; or the transaction has not come, and is declined "
                        + "when it comes.")
            ])
    }

    static let transactionSchema = Schema(
        "The asking party's own name of the transaction: what is asked twice is done once.", .printable(1...97),
        example: "quay-0042")
    static let amountSchema = Schema("In minor units.", .integer(1...1_000_000_000_000), example: 1_250)
    static let currencySchema = Schema("ISO 4217, numeric.", .integer(1...999), example: 978)
    static let merchantSchema = Schema.text(1...64, example: "Quay Books")
}
