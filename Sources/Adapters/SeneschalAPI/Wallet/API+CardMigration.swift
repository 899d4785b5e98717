extension API {
    /// Devices that cards can be moved from.
    public struct MigrationSources: WireType {
        public var devices: [MigrationSource]

        public init(devices: [MigrationSource]) { self.devices = devices }

        public static let schema = Schema.object(
            "MigrationSources", "The account's other devices with a card on them.",
            [.required("devices", .array(of: MigrationSource.schema, 0...32))])
    }

    public struct MigrationSource: WireType {
        public var device: String
        public var name: String
        public var cards: [MovableCard]

        public init(device: String, name: String, cards: [MovableCard]) {
            self.device = device
            self.name = name
            self.cards = cards
        }

        public static let schema = Schema.object(
            "MigrationSource", "A device that cards can be moved from.",
            [
                .required("device", deviceSchema), .required("name", .text(1...64, example: "old telephone")),
                .required("cards", .array(of: MovableCard.schema, 0...64)),
            ])
    }

    public struct MovableCard: WireType {
        public var card: String
        public var label: String
        public var lastFour: String

        public init(card: String, label: String, lastFour: String) {
            self.card = card
            self.label = label
            self.lastFour = lastFour
        }

        public static let schema = Schema.object(
            "MovableCard", "A card on a device.",
            [
                .required("card", cardSchema), .required("label", cardLabelSchema),
                .required("lastFour", lastFourSchema),
            ])
    }

    public struct MigrationRequest: WireType {
        public var from: String
        public var cards: [String]?

        public init(from: String, cards: [String]?) {
            self.from = from
            self.cards = cards
        }

        public static let schema = Schema.object(
            "MigrationRequest", "Moves cards from another device of the account to the asking one.",
            [
                .required("from", deviceSchema, "Target device identifier: where they are now."),
                .optional("cards", .array(of: cardSchema, 1...64), "Absent for all of them."),
            ])
    }

    /// How far a migration is, card by card.
    public struct Migration: WireType {
        public var migration: String
        public var isComplete: Bool
        public var cards: [MigratingCard]

        public init(migration: String, isComplete: Bool, cards: [MigratingCard]) {
            self.migration = migration
            self.isComplete = isComplete
            self.cards = cards
        }

        public static let schema = Schema.object(
            "Migration", "How far a migration is, card by card.",
            [
                .required("migration", migrationSchema),
                .required("isComplete", .boolean, "No card is on its way any more."),
                .required("cards", .array(of: MigratingCard.schema, 1...64)),
            ])
    }

    public struct MigratingCard: WireType {
        public enum Status: String, Codable, Sendable, CaseIterable { case underway, moved, stayed }

        public var card: String
        public var status: Status
        public var code: String?

        public init(card: String, status: Status, code: String?) {
            self.card = card
            self.status = status
            self.code = code
        }

        public static let schema = Schema.object(
            "MigratingCard", "Where one card is.",
            [
                .required("card", cardSchema),
                .required(
                    "status", .choice(Status.self),
                    "underway: the old device pays; moved: this one pays and the old one does not; stayed: it could "
                        + "not be moved."),
                .optional("code", .printable(1...64, example: "issuerRefused"), "Why it stayed."),
            ])
    }
}
