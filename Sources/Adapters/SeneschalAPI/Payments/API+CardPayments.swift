extension API {
    /// A payment with the chip of a card, as a terminal asks for it. It prints without number, track and cryptogram.
    public struct CardPaymentRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var amount: Int
        public var currency: String
        public var number: String
        public var sequenceNumber: Int
        public var track2: HexBytes?
        public var chipData: HexBytes

        public init(
            amount: Int, currency: String, number: String, sequenceNumber: Int, track2: HexBytes? = nil,
            chipData: HexBytes
        ) {
            self.amount = amount
            self.currency = currency
            self.number = number
            self.sequenceNumber = sequenceNumber
            self.track2 = track2
            self.chipData = chipData
        }

        public var description: String { "‹payment with a card›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "CardPaymentRequest", "A payment with the chip of a card, as a terminal asks for it.",
            [
                .required("amount", .integer(1...999_999_999_999, example: 1_250), "In minor units: what 9F02 says."),
                .required("currency", currencyCodeSchema, "What 5F2A says."),
                .required("number", .printable(12...19, example: "4761739001010010"), "Tag 5A."),
                .required("sequenceNumber", .integer(0...99, example: 1), "Tag 5F34."),
                .optional("track2", .hex(8...19, example: "4761739001010010D30122010F"), "Tag 57."),
                .required(
                    "chipData", .hex(1...255, example: "9F02060000000012505F2A020978"),
                    "Field 55 of ISO 8583: BER-TLV, with 9F26, 9F10 and all that the cryptogram covers."),
            ])
    }

    /// What became of a payment with a card. The answer never changes once there is one.
    public struct CardPayment: WireType {
        public var payment: String
        public var outcome: Outcome
        public var code: String?
        public var proof: HexBytes?
        public var amount: Int
        public var currency: String
        public var lastFour: String

        /// `cancelled`: the issuer did not say, and whatever it did is undone.
        public enum Outcome: String, Codable, Sendable, CaseIterable { case pending, approved, declined, cancelled }

        public init(
            payment: String, outcome: Outcome, code: String? = nil, proof: HexBytes? = nil, amount: Int,
            currency: String, lastFour: String
        ) {
            self.payment = payment
            self.outcome = outcome
            self.code = code
            self.proof = proof
            self.amount = amount
            self.currency = currency
            self.lastFour = lastFour
        }

        public static let schema = Schema.object(
            "CardPayment", "What became of a payment with a card. The answer never changes once there is one.",
            [
                .required("payment", cardPaymentIDSchema),
                .required(
                    "outcome", .choice(Outcome.self),
                    "cancelled: the issuer did not say, and whatever it did is undone."),
                .optional(
                    "code", .printable(1...6, example: "A10001"),
                    "Of an approval ISO 8583 field 38, of a refusal field 39."),
                .optional("proof", .hex(8...16, example: "0011223344556677"), "Tag 91, for the chip."),
                .required("amount", .integer(1...999_999_999_999, example: 1_250), "In minor units."),
                .required("currency", currencyCodeSchema),
                .required("lastFour", .printable(4...4, example: "0010"), "Of the card's number, for the receipt."),
            ])
    }

    static let cardPaymentIDSchema = Schema.printable(36...36, example: "ipy_00000000000000000000000000000001")
}
