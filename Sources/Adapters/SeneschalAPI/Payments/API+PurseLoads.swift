extension API {
    /// A purse that is to be loaded from the payer's account.
    public struct PurseLoadRequest: WireType {
        public var card: String
        public var amount: Int

        public init(card: String, amount: Int) {
            self.card = card
            self.amount = amount
        }

        public static let schema = Schema.object(
            "PurseLoadRequest", "A purse that is to be loaded from the payer's account.",
            [.required("card", purseSchema), .required("amount", purseAmountSchema, "In minor units.")])
    }

    /// A load, from the wish to what the card has done.
    public struct PurseLoad: WireType {
        public var load: String
        public var card: String
        public var amount: Int
        public var currency: String
        public var terminal: HexBytes
        public var state: State
        public var shown: String
        public var madeAt: Timestamp
        public var expiresAt: Timestamp

        /// `ordered`: the money is reserved, and the card may have been told.
        public enum State: String, Codable, Sendable, CaseIterable { case open, ordered, loaded, cancelled, expired }

        public init(
            load: String, card: String, amount: Int, currency: String, terminal: HexBytes, state: State, shown: String,
            madeAt: Timestamp, expiresAt: Timestamp
        ) {
            self.load = load
            self.card = card
            self.amount = amount
            self.currency = currency
            self.terminal = terminal
            self.state = state
            self.shown = shown
            self.madeAt = madeAt
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "PurseLoad", "A load, from the wish to what the card has done.",
            [
                .required("load", purseLoadIDSchema),
                .required("card", purseSchema),
                .required("amount", purseAmountSchema, "In minor units."),
                .required("currency", currencyCodeSchema),
                .required("terminal", purseTerminalSchema, "For INITIALIZE FOR LOAD."),
                .required(
                    "state", .choice(State.self),
                    "ordered: the money is reserved, and the card may have been told."),
                .required(
                    "shown",
                    .text(1...200, example: "load lod_1 of 20.00 EUR onto the purse 1040000123456789"),
                    "What the payer confirms: the confirmation's digest is over these words."),
                .required("madeAt", .dateTime),
                .required("expiresAt", .dateTime, "Not confirmed by then, it is over."),
            ])
    }

    /// A load that its payer has confirmed, and the card that has begun it. It prints without the PIN.
    public struct PurseCreditRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var confirmation: String?
        public var pin: String?
        public var begun: HexBytes
        public var offlineNumber: Int?
        public var log: [HexBytes]?

        public init(
            confirmation: String? = nil, pin: String? = nil, begun: HexBytes, offlineNumber: Int? = nil,
            log: [HexBytes]? = nil
        ) {
            self.confirmation = confirmation
            self.pin = pin
            self.begun = begun
            self.offlineNumber = offlineNumber
            self.log = log
        }

        public var description: String { "‹load that is confirmed›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "PurseCreditRequest", "A load that its payer has confirmed, and the card that has begun it.",
            [
                .optional("confirmation", signedStatementSchema, "Not needed again for a load that is ordered."),
                .optional("pin", pinSchema, "Where the device has not verified its user."),
                .required("begun", begunLoadSchema), .optional("offlineNumber", offlineNumberSchema),
                .optional("log", purseLogSchema),
            ])
    }

    /// What the card is to be told: CREDIT FOR LOAD, or nothing, as it is loaded.
    public struct PurseCredit: WireType {
        public var state: PurseLoad.State
        public var moment: HexBytes?
        public var mac2: HexBytes?

        public init(state: PurseLoad.State, moment: HexBytes? = nil, mac2: HexBytes? = nil) {
            self.state = state
            self.moment = moment
            self.mac2 = mac2
        }

        public static let schema = Schema.object(
            "PurseCredit", "What the card is to be told: CREDIT FOR LOAD, or nothing, as it is loaded.",
            [
                .required("state", .choice(PurseLoad.State.self), "ordered or loaded."),
                .optional("moment", purseMomentSchema),
                .optional("mac2", .hex(4...4, example: "01020304"), "The card loads itself with it."),
            ])
    }

    /// The card's authentication code: it has loaded itself.
    public struct PurseLoadProof: WireType {
        public var tac: HexBytes

        public init(tac: HexBytes) { self.tac = tac }

        public static let schema = Schema.object(
            "PurseLoadProof", "The card's authentication code: it has loaded itself.",
            [.required("tac", .hex(4...4, example: "01020304"))])
    }

    /// A load that is given up; of one that the card may have been told of, the card has to say so.
    public struct PurseLoadCancellation: WireType {
        public var begun: HexBytes?

        public init(begun: HexBytes? = nil) { self.begun = begun }

        public static let schema = Schema.object(
            "PurseLoadCancellation",
            "A load that is given up; of one that the card may have been told of, the card has to say so.",
            [.optional("begun", begunLoadSchema)])
    }

    static let purseLoadIDSchema = Schema.printable(36...36, example: "lod_00000000000000000000000000000001")
    static let purseAmountSchema = Schema.integer(1...0x7FFF_FFFF, example: 2_000)
    static let purseMomentSchema = Schema(
        "YYYYMMDDhhmmss.", .hex(7...7), example: "20311231235959")
    static let purseLogSchema = Schema.array(
        of: .hex(23...23, example: "000100000000000FA002000000000001" + "20311231235959"), 0...10,
        "Records of the card's log, the newest first; they tell of purchases that a gate could not find out about.")
    static let offlineNumberSchema = Schema(
        "The card's counter of purchases, if it was asked.", .integer(0...65_535), example: 12)
    private static let begunLoadSchema = Schema(
        "The card's answer to INITIALIZE FOR LOAD.", .hex(16...16), example: "000003E8000101000102030405060708")
}
