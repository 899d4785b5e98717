extension API {
    /// A payment as an acquirer asks for it. It prints without number and cryptogram.
    public struct AcquirerAuthorizationRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var transaction: String
        public var function: PaymentFunction
        public var number: String
        public var expiry: String
        public var sequenceNumber: Int
        public var amount: Int
        public var currency: Int
        public var merchant: String
        public var cryptogram: HexBytes
        public var dataObjects: HexBytes

        public init(
            transaction: String, function: PaymentFunction, number: String, expiry: String, sequenceNumber: Int,
            amount: Int, currency: Int, merchant: String, cryptogram: HexBytes, dataObjects: HexBytes
        ) {
            self.transaction = transaction
            self.function = function
            self.number = number
            self.expiry = expiry
            self.sequenceNumber = sequenceNumber
            self.amount = amount
            self.currency = currency
            self.merchant = merchant
            self.cryptogram = cryptogram
            self.dataObjects = dataObjects
        }

        public var description: String { "transaction \(transaction)" }
        public var customMirror: Mirror { Mirror(self, children: ["transaction": transaction]) }

        public static let schema = Schema.object(
            "AcquirerAuthorizationRequest", "A payment as an acquirer asks for it.",
            [
                .required(
                    "transaction", .printable(1...64, example: "quay-0042"),
                    "The acquirer's own name of the transaction: what is asked twice is done once."),
                .required("function", .choice(PaymentFunction.self), "How the terminal was reached."),
                .required(
                    "number", .printable(16...16, example: "6299000000000007"), "The token, in the place of tag 5A."),
                .required("expiry", expirySchema), .required("sequenceNumber", .integer(0...99, example: 1)),
                .required("amount", .integer(1...999_999_999_999, example: 1_250), "In minor units."),
                .required("currency", currencySchema), .required("merchant", merchantSchema),
                .required("cryptogram", .hex(8...8, example: "94BC4E5BD2AB2F60"), "Tag 9F26."),
                .required(
                    "dataObjects", .hex(1...512, example: "9F02060000000012509F3602000B"),
                    "What the cryptogram covers, as BER-TLV one after the other: 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36 9F10, and 9F21 of a code."
                ),
            ])
    }

    /// What an acquirer is told. The answer to a transaction never changes.
    public struct AcquirerAuthorizationAnswer: WireType {
        public var outcome: Outcome
        public var authorizationCode: String?
        public var actionCode: String?

        public enum Outcome: String, Codable, Sendable, CaseIterable { case approved, declined }

        public init(outcome: Outcome, authorizationCode: String? = nil, actionCode: String? = nil) {
            self.outcome = outcome
            self.authorizationCode = authorizationCode
            self.actionCode = actionCode
        }

        public static let schema = Schema.object(
            "AcquirerAuthorizationAnswer", "What an acquirer is told. The answer to a transaction never changes.",
            [
                .required("outcome", .choice(Outcome.self)),
                .optional(
                    "authorizationCode", .printable(1...6, example: "A10001"), "Of an approval: ISO 8583 field 38."),
                .optional("actionCode", .printable(2...3, example: "05"), "Of a refusal: ISO 8583 field 39."),
            ])
    }

    public struct AcquirerReversalRequest: WireType {
        public var transaction: String

        public init(transaction: String) { self.transaction = transaction }

        public static let schema = Schema.object(
            "AcquirerReversalRequest", "The payment that is taken back, by its acquirer's name of it.",
            [.required("transaction", .printable(1...64, example: "quay-0042"))])
    }

    public struct AcquirerReversal: WireType {
        public var outcome: Outcome

        public enum Outcome: String, Codable, Sendable, CaseIterable {
            case reversed, underway, declinedBefore, notSeen
        }

        public init(outcome: Outcome) { self.outcome = outcome }

        public static let schema = Schema.object(
            "AcquirerReversal", "What became of the reversal of a payment.",
            [
                .required(
                    "outcome", .choice(Outcome.self),
                    "The money is back; or it is written down and the issuer is asked until it answers; or there was none "
                        + "to give back; or the payment has not come, and is declined when it comes.")
            ])
    }
}
