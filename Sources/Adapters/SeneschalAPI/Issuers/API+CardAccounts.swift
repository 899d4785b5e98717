extension API {
    public struct IssueCardRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var cardholder: String
        public var type: IssuerCardType
        public var label: String
        public var enrollment: CardEnrollment?
        public var balance: Int?
        public var creditLimit: Int?
        public var expiry: String?
        public var number: String?

        public init(
            cardholder: String, type: IssuerCardType, label: String, enrollment: CardEnrollment? = nil,
            balance: Int? = nil, creditLimit: Int? = nil, expiry: String? = nil, number: String? = nil
        ) {
            self.cardholder = cardholder
            self.type = type
            self.label = label
            self.enrollment = enrollment
            self.balance = balance
            self.creditLimit = creditLimit
            self.expiry = expiry
            self.number = number
        }

        public var description: String { "‹order of a card›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "IssueCardRequest", "A card for a cardholder.",
            [
                .required("cardholder", cardholderIDSchema), .required("type", .choice(IssuerCardType.self)),
                .required("label", cardLabelSchema),
                .optional("enrollment", .choice(CardEnrollment.self), "How the card gets into a wallet."),
                .optional("balance", fundsSchema, "What is on the account already, in minor units; 0 when absent."),
                .optional("creditLimit", .integer(0...1_000_000_000_000, example: 0), "0 for a debit card."),
                .optional("expiry", expirySchema, "48 months from now when absent."),
                .optional("number", cardNumberSchema, "Of the issuer's ranges; a fresh one when absent."),
            ])
    }

    /// How a cardholder gets its card into a wallet.
    public enum CardEnrollment: String, Codable, Sendable, CaseIterable { case oneTimePassword, direct, referral }
    public enum CardAccountState: String, Codable, Sendable, CaseIterable { case active, blocked, closed }

    /// A card account, its number masked.
    public struct CardAccount: WireType {
        public var card: String
        public var cardholder: String
        public var maskedNumber: String
        public var expiry: String
        public var sequenceNumber: Int
        public var type: IssuerCardType
        public var state: CardAccountState
        public var enrollment: CardEnrollment
        public var label: String
        public var currency: Int
        public var balance: Int
        public var creditLimit: Int
        public var issuedAt: Timestamp

        public init(
            card: String, cardholder: String, maskedNumber: String, expiry: String, sequenceNumber: Int,
            type: IssuerCardType, state: CardAccountState, enrollment: CardEnrollment, label: String, currency: Int,
            balance: Int, creditLimit: Int, issuedAt: Timestamp
        ) {
            self.card = card
            self.cardholder = cardholder
            self.maskedNumber = maskedNumber
            self.expiry = expiry
            self.sequenceNumber = sequenceNumber
            self.type = type
            self.state = state
            self.enrollment = enrollment
            self.label = label
            self.currency = currency
            self.balance = balance
            self.creditLimit = creditLimit
            self.issuedAt = issuedAt
        }

        public static let schema = Schema.object(
            "CardAccount", "A card account, its number masked.",
            [
                .required("card", cardAccountSchema), .required("cardholder", cardholderIDSchema),
                .required("maskedNumber", .text(8...32, example: "47617390••••0010")),
                .required("expiry", expirySchema), .required("sequenceNumber", .integer(0...99, example: 1)),
                .required("type", .choice(IssuerCardType.self)), .required("state", .choice(CardAccountState.self)),
                .required("enrollment", .choice(CardEnrollment.self)), .required("label", cardLabelSchema),
                .required("currency", currencySchema), .required("balance", fundsSchema),
                .required("creditLimit", .integer(0...1_000_000_000_000, example: 0)),
                .required("issuedAt", .dateTime),
            ])
    }

    static let fundsSchema = Schema(
        "In minor units; below zero what is owed.", .integer(-1_000_000_000_000...1_000_000_000_000), example: 10_000)

    /// A card that was issued. It prints without its number.
    public struct IssuedCard: WireType, CustomStringConvertible, CustomReflectable {
        public var account: CardAccount
        public var number: String

        public init(account: CardAccount, number: String) {
            self.account = account
            self.number = number
        }

        public var description: String { "issued card \(account.maskedNumber)" }
        public var customMirror: Mirror { Mirror(self, children: ["account": account]) }

        public static let schema = Schema.object(
            "IssuedCard",
            "A card that was issued, and its number for the plastic, which is told here and nowhere else.",
            [.required("account", CardAccount.schema), .required("number", cardNumberSchema)])
    }

    public struct CardStateRequest: WireType {
        public var state: CardAccountState

        public init(state: CardAccountState) { self.state = state }

        public static let schema = Schema.object(
            "CardStateRequest", "Blocks, unblocks, or closes for good.",
            [.required("state", .choice(CardAccountState.self))])
    }

    public struct PersonalizationRequest: WireType {
        public var transportKey: String

        public init(transportKey: String) { self.transportKey = transportKey }

        public static let schema = Schema.object(
            "PersonalizationRequest", "Who personalizes the chip.", [.required("transportKey", transportKeySchema)])
    }

    /// What a personalizer needs of a card beside its number.
    public struct ChipPersonalization: WireType {
        public var card: String
        public var expiry: String
        public var sequenceNumber: Int
        public var wrappedCardKey: HexBytes
        public var keyCheckValue: HexBytes

        public init(
            card: String, expiry: String, sequenceNumber: Int, wrappedCardKey: HexBytes, keyCheckValue: HexBytes
        ) {
            self.card = card
            self.expiry = expiry
            self.sequenceNumber = sequenceNumber
            self.wrappedCardKey = wrappedCardKey
            self.keyCheckValue = keyCheckValue
        }

        public static let schema = Schema.object(
            "ChipPersonalization", "What a personalizer needs of a card beside its number.",
            [
                .required("card", cardAccountSchema), .required("expiry", expirySchema),
                .required("sequenceNumber", .integer(0...99, example: 1)),
                .required(
                    "wrappedCardKey", .hex(128...1_024, example: String(repeating: "00", count: 256)),
                    "The key of this card's cryptograms, RSA OAEP with SHA-256."),
                .required("keyCheckValue", .hex(3...3, example: "00A1B2")),
            ])
    }

    /// A transaction as the issuer's operator sees it.
    public struct CardTransaction: WireType {
        public var wallet: String
        public var transaction: String
        public var card: String?
        public var kind: Kind
        public var amount: Int
        public var currency: Int
        public var merchant: String
        public var answer: IssuerAuthorizationAnswer
        public var answeredAt: Timestamp
        public var reversedAt: Timestamp?

        public enum Kind: String, Codable, Sendable, CaseIterable { case token, chip, reversedUnseen }

        public init(
            wallet: String, transaction: String, card: String?, kind: Kind, amount: Int, currency: Int,
            merchant: String, answer: IssuerAuthorizationAnswer, answeredAt: Timestamp, reversedAt: Timestamp?
        ) {
            self.wallet = wallet
            self.transaction = transaction
            self.card = card
            self.kind = kind
            self.amount = amount
            self.currency = currency
            self.merchant = merchant
            self.answer = answer
            self.answeredAt = answeredAt
            self.reversedAt = reversedAt
        }

        public static let schema = Schema.object(
            "CardTransaction", "A transaction that has been answered, or reversed before it came.",
            [
                .required("wallet", partyNameSchema), .required("transaction", transactionSchema),
                .optional("card", cardAccountSchema), .required("kind", .choice(Kind.self)),
                .required("amount", .integer(0...1_000_000_000_000, example: 1_250)),
                .required("currency", .integer(0...999, example: 978)),
                .required("merchant", .text(0...64, example: "Quay Books")),
                .required("answer", IssuerAuthorizationAnswer.schema), .required("answeredAt", .dateTime),
                .optional("reversedAt", .dateTime),
            ])
    }
}
