extension API {
    /// What a device found in its secure element.
    public struct SynchronizationRequest: WireType {
        public var records: [FoundRecord]?

        public init(records: [FoundRecord]?) { self.records = records }

        public static let schema = Schema.object(
            "SynchronizationRequest", "Brings the device's secure element in step with the wallet.",
            [
                .optional(
                    "records", .array(of: FoundRecord.schema, 0...64),
                    "What the device found; absent to have the secure element read through the central TSM.")
            ])
    }

    public struct FoundRecord: WireType {
        public var type: Int
        public var reference: HexBytes
        public var fingerprint: HexBytes

        public init(type: Int, reference: HexBytes, fingerprint: HexBytes) {
            self.type = type
            self.reference = reference
            self.fingerprint = fingerprint
        }

        public static let schema = Schema.object(
            "FoundRecord", "A card record in a universal instance.",
            [
                .required("type", universalTypeSchema), .required("reference", recordReferenceSchema),
                .required(
                    "fingerprint", .hex(8...8, example: "A1B2C3D4E5F60718"),
                    "First 8 bytes of the SHA-256 of the record as it was put."),
            ])
    }

    public struct SynchronizationReply: WireType {
        public var restored: [HexBytes]
        public var removed: [HexBytes]

        public init(restored: [HexBytes], removed: [HexBytes]) {
            self.restored = restored
            self.removed = removed
        }

        public static let schema = Schema.object(
            "SynchronizationReply", "What was done about it.",
            [
                .required("restored", .array(of: recordReferenceSchema, 0...64), "Records that were loaded again."),
                .required("removed", .array(of: recordReferenceSchema, 0...64), "Records that were deleted."),
            ])
    }

    public struct NamedCard: WireType {
        public var card: String

        public init(card: String) { self.card = card }

        public static let schema = Schema.object(
            "NamedCard", "Names a card.", [.required("card", cardSchema)])
    }

    public struct UnbindingReply: WireType {
        public var isCleared: Bool

        public init(isCleared: Bool) { self.isCleared = isCleared }

        public static let schema = Schema.object(
            "UnbindingReply", "Its tokens have ended.",
            [
                .required(
                    "isCleared", .boolean,
                    "Whether the secure element has forgotten the card; otherwise it will when it can be reached.")
            ])
    }

    public struct PreparationReply: WireType {
        public var types: [Int]

        public init(types: [Int]) { self.types = types }

        public static let schema = Schema.object(
            "PreparationReply", "The secure element has its universal instances.",
            [.required("types", .array(of: universalTypeSchema, 2...2, example: [1, 2]))])
    }

    public struct PreparationRequest: WireType {
        public init() {}

        public static let schema = Schema.object(
            "PreparationRequest", "Makes the universal instances of the device's secure element.", [])
    }
}
