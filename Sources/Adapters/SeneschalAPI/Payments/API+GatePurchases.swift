extension API {
    /// What a gate tells of one purchase: that it was paid, or that it could not find out.
    public struct GateReport: WireType {
        public var card: String
        public var amount: Int
        public var type: Int
        public var terminal: HexBytes
        public var terminalSerial: Int
        public var moment: HexBytes
        public var offlineNumber: Int
        public var balanceBefore: Int
        public var at: Timestamp
        public var tac: HexBytes?
        public var paid: Evidence?
        public var grey: GreyPurchase?

        /// By what a gate knows that it was paid.
        public enum Evidence: String, Codable, Sendable, CaseIterable { case answer, proof, record }

        public init(
            card: String, amount: Int, type: Int, terminal: HexBytes, terminalSerial: Int, moment: HexBytes,
            offlineNumber: Int, balanceBefore: Int, at: Timestamp, tac: HexBytes? = nil, paid: Evidence? = nil,
            grey: GreyPurchase? = nil
        ) {
            self.card = card
            self.amount = amount
            self.type = type
            self.terminal = terminal
            self.terminalSerial = terminalSerial
            self.moment = moment
            self.offlineNumber = offlineNumber
            self.balanceBefore = balanceBefore
            self.at = at
            self.tac = tac
            self.paid = paid
            self.grey = grey
        }

        public static let schema = Schema.object(
            "GateReport", "What a gate tells of one purchase: that it was paid, or that it could not find out.",
            example: .object([
                JSONMember("card", "1040000123456789"), JSONMember("amount", 200), JSONMember("type", 6),
                JSONMember("terminal", "A10000000001"), JSONMember("terminalSerial", 17),
                JSONMember("moment", "20311231235959"), JSONMember("offlineNumber", 12),
                JSONMember("balanceBefore", 2_000), JSONMember("at", "2031-12-31T23:59:59Z"),
                JSONMember("tac", "01020304"), JSONMember("paid", "answer"),
            ]),
            [
                .required("card", purseSchema),
                .required("amount", .integer(0...0x7FFF_FFFF, example: 200), "In minor units; an entry may be free."),
                .required("type", .integer(1...9, example: 6), "6 purchase, 9 composite purchase."),
                .required("terminal", purseTerminalSchema),
                .required("terminalSerial", .integer(0...4_294_967_295, example: 17), "Of the security module."),
                .required("moment", purseMomentSchema),
                .required("offlineNumber", offlineNumberSchema, "The card's counter of purchases before it."),
                .required("balanceBefore", .integer(0...0x7FFF_FFFF, example: 2_000)),
                .required("at", .dateTime, "When the gate came to know."),
                .optional("tac", .hex(4...4, example: "01020304"), "The card's authentication code."),
                .optional("paid", .choice(Evidence.self), "By what the gate knows; absent of a grey purchase."),
                .optional("grey", GreyPurchase.schema, "Absent of one that was paid."),
            ])
    }

    /// A purchase of which a gate could not find out whether the card was debited.
    public struct GreyPurchase: WireType {
        public var reason: Reason
        public var since: Timestamp
        public var losses: Int
        public var random: HexBytes
        public var mac1: HexBytes
        public var records: [PurseRecord]?
        public var log: [HexBytes]?
        public var balance: Int?

        public enum Reason: String, Codable, Sendable, CaseIterable {
            case windowOver, tooManyLosses, noMatchingRecord, notProved, inconsistent, counterUnknown
        }

        public init(
            reason: Reason, since: Timestamp, losses: Int, random: HexBytes, mac1: HexBytes,
            records: [PurseRecord]? = nil, log: [HexBytes]? = nil, balance: Int? = nil
        ) {
            self.reason = reason
            self.since = since
            self.losses = losses
            self.random = random
            self.mac1 = mac1
            self.records = records
            self.log = log
            self.balance = balance
        }

        public static let schema = Schema.object(
            "GreyPurchase", "A purchase of which a gate could not find out whether the card was debited.",
            [
                .required("reason", .choice(Reason.self)),
                .required("since", .dateTime, "When the card was presented first."),
                .required("losses", .integer(0...255, example: 1), "How often it was taken away."),
                .required("random", .hex(4...4, example: "01020304"), "The card's, of the session."),
                .required("mac1", .hex(4...4, example: "01020304"), "What the debit was ordered with."),
                .optional("records", .array(of: PurseRecord.schema, 0...16), "Of a composite purchase."),
                .optional("log", purseLogSchema, "What the card showed last, if it was seen again."),
                .optional("balance", .integer(0...0x7FFF_FFFF, example: 1_800)),
            ])
    }

    /// A record that a composite purchase writes.
    public struct PurseRecord: WireType {
        public var file: Int
        public var number: Int
        public var data: HexBytes

        public init(file: Int, number: Int, data: HexBytes) {
            self.file = file
            self.number = number
            self.data = data
        }

        public static let schema = Schema.object(
            "PurseRecord", "A record that a composite purchase writes.",
            [
                .required("file", .integer(1...30, example: 23)),
                .required("number", .integer(1...255, example: 1)),
                .required("data", .hex(1...128, example: "0102")),
            ])
    }

    /// A purchase at a gate, and what became of the money.
    public struct GatePurchase: WireType {
        public var card: String
        public var amount: Int
        public var terminal: HexBytes
        public var terminalSerial: Int
        public var state: State
        public var doubt: Doubt?
        public var isOwed: Bool
        public var reportedBy: String
        public var reportedAt: Timestamp
        public var settledAt: Timestamp?

        public enum State: String, Codable, Sendable, CaseIterable { case held, paid, debited, notDebited }
        public enum Doubt: String, Codable, Sendable, CaseIterable {
            case unknownPurse, foreignCurrency, notProved, grey
        }

        public init(
            card: String, amount: Int, terminal: HexBytes, terminalSerial: Int, state: State, doubt: Doubt? = nil,
            isOwed: Bool, reportedBy: String, reportedAt: Timestamp, settledAt: Timestamp? = nil
        ) {
            self.card = card
            self.amount = amount
            self.terminal = terminal
            self.terminalSerial = terminalSerial
            self.state = state
            self.doubt = doubt
            self.isOwed = isOwed
            self.reportedBy = reportedBy
            self.reportedAt = reportedAt
            self.settledAt = settledAt
        }

        public static let schema = Schema.object(
            "GatePurchase", "A purchase at a gate, and what became of the money.",
            [
                .required("card", purseSchema),
                .required("amount", .integer(0...0x7FFF_FFFF, example: 200), "In minor units."),
                .required("terminal", purseTerminalSchema),
                .required("terminalSerial", .integer(0...4_294_967_295, example: 17)),
                .required(
                    "state", .choice(State.self),
                    "paid: moved to the terminal's owner. held: reserved, nobody knows. debited: moved, and paid back to "
                        + "the purse's owner, whom the gate did not let through. notDebited: nothing moves."),
                .optional("doubt", .choice(Doubt.self), "Why nobody knows, or knew."),
                .required("isOwed", .boolean, "There is no owner's account to pay it back to."),
                .required("reportedBy", partyNameSchema),
                .required("reportedAt", .dateTime),
                .optional("settledAt", .dateTime),
            ])
    }

    /// The operator's decision on a purchase of which nobody knows.
    public struct GateSettlement: WireType {
        public var wasDebited: Bool

        public init(wasDebited: Bool) { self.wasDebited = wasDebited }

        public static let schema = Schema.object(
            "GateSettlement", "The operator's decision on a purchase of which nobody knows.",
            [.required("wasDebited", .boolean, "Whether the card was.")])
    }
}
