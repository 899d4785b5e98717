extension API {
    /// A smart card that is to pay from an account.
    public struct EnrolSmartCardRequest: WireType {
        public var account: String
        public var identification: String?
        public var data: HexBytes

        public init(account: String, identification: String? = nil, data: HexBytes) {
            self.account = account
            self.identification = identification
            self.data = data
        }

        public static let schema = Schema.object(
            "EnrolSmartCardRequest", "A smart card that is to pay from an account.",
            [
                .required("account", paymentAccountSchema),
                .optional("identification", smartCardSchema, "Of a card that has one; a fresh one when absent."),
                .required(
                    "data", .hex(1...200, example: "4C6F79616C"), "What only this card carries, enciphered for it."),
            ])
    }

    /// An enrolled smart card.
    public struct SmartCard: WireType {
        public var identification: String
        public var account: String
        public var enrolledAt: Timestamp
        public var blockedAt: Timestamp?

        public init(identification: String, account: String, enrolledAt: Timestamp, blockedAt: Timestamp? = nil) {
            self.identification = identification
            self.account = account
            self.enrolledAt = enrolledAt
            self.blockedAt = blockedAt
        }

        public static let schema = Schema.object(
            "SmartCard", "An enrolled smart card.",
            [
                .required("identification", smartCardSchema),
                .required("account", paymentAccountSchema),
                .required("enrolledAt", .dateTime),
                .optional("blockedAt", .dateTime, "It pays nothing from then on."),
            ])
    }

    /// Whether a card may pay.
    public struct SmartCardStateRequest: WireType {
        public var isBlocked: Bool

        public init(isBlocked: Bool) {
            self.isBlocked = isBlocked
        }

        public static let schema = Schema.object(
            "SmartCardStateRequest", "Whether a card may pay.",
            [
                .required("isBlocked", .boolean)
            ])
    }

    /// For whom a card's key is wrapped.
    public struct SmartCardKeyRequest: WireType {
        public var transportKey: String

        public init(transportKey: String) {
            self.transportKey = transportKey
        }

        public static let schema = Schema.object(
            "SmartCardKeyRequest", "For whom a card's key is wrapped.",
            [
                .required("transportKey", publicKeySchema, "The personalizer's RSA key.")
            ])
    }

    /// What makes an instance of the application this card, its key wrapped for whoever personalizes it.
    public struct SmartCardPersonalization: WireType {
        public var identification: String
        public var wrappedKey: HexBytes
        public var encryptedData: HexBytes

        public init(identification: String, wrappedKey: HexBytes, encryptedData: HexBytes) {
            self.identification = identification
            self.wrappedKey = wrappedKey
            self.encryptedData = encryptedData
        }

        public static let schema = Schema.object(
            "SmartCardPersonalization",
            "What makes an instance of the application this card, its key wrapped for whoever personalizes it.",
            [
                .required("identification", smartCardSchema),
                .required(
                    "wrappedKey", .hex(128...1_024, example: String(repeating: "00", count: 128)),
                    "RSA-OAEP with SHA-256."),
                .required("encryptedData", .hex(1...255, example: "00"), "The data file."),
            ])
    }

    /// What a terminal has signed: a request for a challenge, or a transaction.
    public struct SmartCardStatementRequest: WireType {
        public var statement: String

        public init(statement: String) {
            self.statement = statement
        }

        public static let schema = Schema.object(
            "SmartCardStatementRequest", "What a terminal has signed: a request for a challenge, or a transaction.",
            [
                .required("statement", signedStatementSchema, "typ card-challenge-request+jwt or card-transaction+jwt.")
            ])
    }

    /// What a card is to be asked, for one transaction, once.
    public struct SmartCardChallenge: WireType {
        public var challenge: String
        public var nonce: HexBytes
        public var expiresAt: Timestamp

        public init(challenge: String, nonce: HexBytes, expiresAt: Timestamp) {
            self.challenge = challenge
            self.nonce = nonce
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "SmartCardChallenge", "What a card is to be asked, for one transaction, once.",
            [
                .required("challenge", .printable(36...36, example: "chl_00000000000000000000000000000001")),
                .required("nonce", .hex(16...16, example: "000102030405060708090A0B0C0D0E0F")),
                .required("expiresAt", .dateTime),
            ])
    }

    /// What became of a card's transaction. Why a card is refused is not said.
    public struct SmartCardTransaction: WireType {
        public var outcome: Outcome
        public var transfer: String?

        public enum Outcome: String, Codable, Sendable, CaseIterable { case approved, declined, refused }

        public init(outcome: Outcome, transfer: String? = nil) {
            self.outcome = outcome
            self.transfer = transfer
        }

        public static let schema = Schema.object(
            "SmartCardTransaction", "What became of a card's transaction. Why a card is refused is not said.",
            [
                .required(
                    "outcome", .choice(Outcome.self),
                    "declined: the card is its owner's, the account does not allow it."),
                .optional("transfer", transferIDSchema, "Of an approval."),
            ])
    }

    static let smartCardSchema = Schema.printable(16...16, example: "0102030405060708")
}
