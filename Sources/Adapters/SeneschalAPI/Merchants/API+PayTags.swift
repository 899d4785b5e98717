extension API {
    /// Whether a tag says the same at every reading.
    public enum PayTagKind: String, Codable, Sendable, CaseIterable { case fixedContent, secureDynamic }

    public enum PayTagState: String, Codable, Sendable, CaseIterable { case active, disabled, revoked }

    /// A tag whose identifier the device has read.
    public struct MakeTagRequest: WireType {
        public var tagId: HexBytes
        public var merchant: String?
        public var label: String
        public var terminal: String?
        public var amount: Int?
        public var kind: PayTagKind?

        public init(
            tagId: HexBytes, merchant: String? = nil, label: String, terminal: String? = nil, amount: Int? = nil,
            kind: PayTagKind? = nil
        ) {
            self.tagId = tagId
            self.merchant = merchant
            self.label = label
            self.terminal = terminal
            self.amount = amount
            self.kind = kind
        }

        public static let schema = Schema.object(
            "MakeTagRequest", "A tag whose identifier the device has read.",
            [
                .required("tagId", tagIDSchema),
                .optional("merchant", merchantIDSchema, "The merchant's own when absent."),
                .required("label", .text(1...60, example: "Table 4"), "Where it hangs, as payers see it."),
                .optional("terminal", .printable(1...32, example: "till-4"), "The merchant's own name of the place."),
                .optional("amount", moneySchema, "The payer says it when absent."),
                .optional("kind", .choice(PayTagKind.self), "`fixedContent` when absent."),
            ])
    }

    /// A tag at a merchant's counter.
    public struct PayTag: WireType {
        public var tag: String
        public var tagId: HexBytes
        public var merchant: String
        public var label: String
        public var terminal: String?
        public var amount: Int?
        public var kind: PayTagKind
        public var version: Int
        public var state: PayTagState
        public var lastCounter: Int?
        public var content: HexBytes
        public var madeAt: Timestamp

        public init(
            tag: String, tagId: HexBytes, merchant: String, label: String, terminal: String? = nil, amount: Int? = nil,
            kind: PayTagKind, version: Int, state: PayTagState, lastCounter: Int? = nil, content: HexBytes,
            madeAt: Timestamp
        ) {
            self.tag = tag
            self.tagId = tagId
            self.merchant = merchant
            self.label = label
            self.terminal = terminal
            self.amount = amount
            self.kind = kind
            self.version = version
            self.state = state
            self.lastCounter = lastCounter
            self.content = content
            self.madeAt = madeAt
        }

        public static let schema = Schema.object(
            "PayTag", "A tag at a merchant's counter.",
            [
                .required("tag", tagReferenceSchema),
                .required("tagId", tagIDSchema),
                .required("merchant", merchantIDSchema),
                .required("label", .text(1...60, example: "Table 4")),
                .optional("terminal", .printable(1...32, example: "till-4")),
                .optional("amount", moneySchema),
                .required("kind", .choice(PayTagKind.self)),
                .required("version", .integer(1...4_294_967_295, example: 1), "How often it was made."),
                .required("state", .choice(PayTagState.self)),
                .optional("lastCounter", .integer(0...16_777_215, example: 7)),
                .required("content", .hex(1...1_024, example: "D1010E55"), "The NDEF message to be written."),
                .required("madeAt", .dateTime),
            ])
    }

    /// What is written into a tag.
    public struct MadeTag: WireType {
        public var tag: PayTag
        public var mirror: TagMirror?

        public init(tag: PayTag, mirror: TagMirror? = nil) {
            self.tag = tag
            self.mirror = mirror
        }

        public static let schema = Schema.object(
            "MadeTag", "What is written into a tag.",
            [
                .required("tag", PayTag.schema),
                .optional("mirror", TagMirror.schema, "For a tag that says something anew."),
            ])
    }

    /// Offsets in the NDEF file of what a tag says anew at every reading (NTAG 424 DNA).
    public struct TagMirror: WireType {
        public var piccDataOffset: Int
        public var macInputOffset: Int
        public var macOffset: Int

        public init(piccDataOffset: Int, macInputOffset: Int, macOffset: Int) {
            self.piccDataOffset = piccDataOffset
            self.macInputOffset = macInputOffset
            self.macOffset = macOffset
        }

        public static let schema = Schema.object(
            "TagMirror", "Offsets in the NDEF file of what a tag says anew at every reading (NTAG 424 DNA).",
            [
                .required("piccDataOffset", .integer(2...65_535, example: 50)),
                .required("macInputOffset", .integer(2...65_535, example: 9)),
                .required("macOffset", .integer(2...65_535, example: 90)),
            ])
    }

    /// Disables a tag, lets it work again, or revokes it for good.
    public struct TagStateRequest: WireType {
        public var state: PayTagState

        public init(state: PayTagState) {
            self.state = state
        }

        public static let schema = Schema.object(
            "TagStateRequest", "Disables a tag, lets it work again, or revokes it for good.",
            [
                .required("state", .choice(PayTagState.self))
            ])
    }

    /// Who writes the tag.
    public struct TagKeysRequest: WireType {
        public var transportKey: String

        public init(transportKey: String) {
            self.transportKey = transportKey
        }

        public static let schema = Schema.object(
            "TagKeysRequest", "Who writes the tag.",
            [
                .required("transportKey", transportKeySchema)
            ])
    }

    /// The keys of one tag, RSA OAEP with SHA-256.
    public struct TagKeys: WireType {
        public var metaReadKey: HexBytes
        public var fileReadKey: HexBytes

        public init(metaReadKey: HexBytes, fileReadKey: HexBytes) {
            self.metaReadKey = metaReadKey
            self.fileReadKey = fileReadKey
        }

        public static let schema = Schema.object(
            "TagKeys", "The keys of one tag, RSA OAEP with SHA-256.",
            [
                .required("metaReadKey", .hex(128...1_024, example: String(repeating: "00", count: 256))),
                .required("fileReadKey", .hex(128...1_024, example: String(repeating: "00", count: 256))),
            ])
    }

    /// What a telephone has read: content and identifier, both.
    public struct TagPaymentRequest: WireType {
        public var content: HexBytes
        public var tagId: HexBytes
        public var nonce: String

        public init(content: HexBytes, tagId: HexBytes, nonce: String) {
            self.content = content
            self.tagId = tagId
            self.nonce = nonce
        }

        public static let schema = Schema.object(
            "TagPaymentRequest", "What a telephone has read: content and identifier, both.",
            [
                .required("content", .hex(1...1_024, example: "D1010E55"), "The NDEF message."),
                .required("tagId", tagIDSchema),
                .required(
                    "nonce", .printable(16...64, example: "q1w2e3r4t5y6u7i8"),
                    "Of this reading: the same one gets the same answer."),
            ])
    }

    /// Whose tag was read, what is to be paid, and the instruction that an order is made of.
    public struct TagReading: WireType {
        public var instruction: String
        public var merchant: String
        public var merchantName: String
        public var label: String
        public var terminal: String?
        public var currency: String
        public var amount: Int?
        public var statement: String
        public var expiresAt: Timestamp

        public init(
            instruction: String, merchant: String, merchantName: String, label: String, terminal: String? = nil,
            currency: String, amount: Int? = nil, statement: String, expiresAt: Timestamp
        ) {
            self.instruction = instruction
            self.merchant = merchant
            self.merchantName = merchantName
            self.label = label
            self.terminal = terminal
            self.currency = currency
            self.amount = amount
            self.statement = statement
            self.expiresAt = expiresAt
        }

        public static let schema = Schema.object(
            "TagReading", "Whose tag was read, what is to be paid, and the instruction that an order is made of.",
            [
                .required("instruction", instructionIDSchema),
                .required("merchant", merchantIDSchema),
                .required("merchantName", .text(1...60, example: "Quay Books")),
                .required("label", .text(1...60, example: "Table 4")),
                .optional("terminal", .printable(1...32, example: "till-4")),
                .required("currency", currencyCodeSchema),
                .optional("amount", moneySchema, "The payer says it when absent."),
                .required("statement", signedStatementSchema, "Signed by the platform, typ payment-instruction+jwt."),
                .required("expiresAt", .dateTime),
            ])
    }

    static let tagIDSchema = Schema("4, 7 or 10 bytes.", .hex(4...10), example: "04DE5F1EACC040")
    static let tagReferenceSchema = Schema.printable(20...20, example: "00112233445566778899")
    static let instructionIDSchema = Schema.printable(36...36, example: "ins_00000000000000000000000000000001")
}
