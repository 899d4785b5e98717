/// A device that cards can be moved from.
public struct MigrationSource: Hashable, Sendable, Codable {
    /// `dev_…`.
    public var device: String
    public var name: String
    public var cards: [Card]

    /// A card on it.
    public struct Card: Hashable, Sendable, Codable {
        /// `crd_…`.
        public var card: String
        public var label: String
        public var lastFour: String

        public init(card: String, label: String, lastFour: String) {
            self.card = card
            self.label = label
            self.lastFour = lastFour
        }
    }

    public init(device: String, name: String, cards: [Card]) {
        self.device = device
        self.name = name
        self.cards = cards
    }
}

/// Which cards are to come here.
public struct MigrationRequest: Hashable, Sendable, Codable {
    /// The *target device identifier*: the device that they are on now.
    public var from: String
    /// `nil` for all of them (MIGR-09).
    public var cards: [String]?

    public init(from: String, cards: [String]? = nil) {
        self.from = from
        self.cards = cards
    }
}

/// How far a migration is, card by card.
public struct MigrationReport: Hashable, Sendable, Codable {
    /// `mig_…`.
    public var migration: String
    public var cards: [Card]

    public struct Card: Hashable, Sendable, Codable {
        /// `crd_…`.
        public var card: String
        public var status: Status

        public init(card: String, status: Status) {
            self.card = card
            self.status = status
        }
    }

    /// Where one card is.
    public enum Status: Hashable, Sendable, Codable {
        /// On its way: neither device pays with it twice.
        case underway
        /// It pays here, and the other device pays no longer.
        case moved
        /// It stays on the other device (MIGR-05); the code says why.
        case stayed(code: String)
    }

    public init(migration: String, cards: [Card]) {
        self.migration = migration
        self.cards = cards
    }

    public var isComplete: Bool { !cards.contains { $0.status == .underway } }
}
