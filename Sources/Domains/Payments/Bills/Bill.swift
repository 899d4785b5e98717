public import ISO4217
public import Instructions

/// A virtual bill: the purchases of one payer, at several sellers, in one period, confirmed once.
///
/// A bill is one record, and everything that changes it replaces the version that was read: an item that comes while the
/// bill is closed is on it before, or is refused.
public struct Bill: RevisedRecord, Hashable, Codable {
    public let id: BillID
    /// Whose account is debited, and for whom alone the bill is.
    public let payer: AccountID
    /// The name of the device's key that asked for it, and that confirms it.
    public let device: String
    public let currency: Currency
    public let startsAt: Int64
    /// Nothing is added from then on.
    public let endsAt: Int64
    /// In minor units: the total goes no higher.
    public let totalMax: Int64
    public internal(set) var items: [Item]
    /// Items that their sellers took off: they do not come back.
    public internal(set) var removed: [ItemKey]
    public internal(set) var state: State
    /// When it became what it is.
    public internal(set) var since: Int64
    /// `jti` of the one confirmation that is awaited.
    public internal(set) var challenge: String?
    /// Confirmations that were not valid.
    public internal(set) var failures: Int
    public var revision: Int

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Items are added.
        case open
        /// Closed by its payer or by the end of its period: the list stands, and waits to be confirmed.
        case awaitingVerification
        /// Every seller has been paid.
        case settled
        /// Too many confirmations were not valid: nothing moved.
        case failed
        /// Its time was over: nothing moved.
        case expired
        /// Its payer gave it up: nothing moved.
        case cancelled

        public var isFinal: Bool { self != .open && self != .awaitingVerification }
    }

    /// One purchase on the bill.
    public struct Item: Hashable, Sendable, Codable {
        public let item: ItemizedBill.Item
        public let arrivedAt: Int64

        public var key: ItemKey { ItemKey(terminal: item.terminal, sequence: item.sequence) }
    }

    /// What no two items have in common.
    public struct ItemKey: Hashable, Sendable, Codable {
        public let terminal: String
        public let sequence: Int64
    }

    public static let periodSeconds: ClosedRange<Int64> = 60...86_400
    /// Those that were taken off count.
    public static let itemsMax = 100
    /// A total above this is not asked for, whatever the payer allows.
    public static let totalMaxLimit: Int64 = 1_000_000_000_000
    public static let descriptionBytesMax = 128
    /// How long a bill can be confirmed after its period.
    public static let graceSeconds: Int64 = 900
    /// Invalid confirmations until it fails.
    public static let failuresMax = 5

    init(
        id: BillID, payer: AccountID, device: String, currency: Currency, startsAt: Int64, endsAt: Int64,
        totalMax: Int64
    ) {
        self.id = id
        self.payer = payer
        self.device = device
        self.currency = currency
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.totalMax = totalMax
        items = []
        removed = []
        state = .open
        since = startsAt
        challenge = nil
        failures = 0
        revision = 0
    }

    /// Seconds since 1970; from then on it cannot be confirmed.
    public var payableUntil: Int64 { endsAt + Self.graceSeconds }

    /// What it is at a time, whether or not anybody has written it down since.
    public func state(at now: Int64) -> State {
        switch state {
        case .open where now >= payableUntil: .expired
        case .open where now >= endsAt: items.isEmpty ? .expired : .awaitingVerification
        case .awaitingVerification where now >= payableUntil: .expired
        default: state
        }
    }

    /// The list as it is confirmed, and its total.
    public func list() throws(PaymentsError) -> ItemizedBill {
        do {
            return try ItemizedBill(bill: id.rawValue, currency: currency, items: items.map(\.item))
        } catch {
            throw .internal(reason: "a bill's total: \(error)")
        }
    }
}

/// The bill that a payer has now: there is one at a time.
public struct BillPlace: RevisedRecord, Hashable, Codable {
    public let payer: AccountID
    public var bill: BillID
    public var revision: Int

    public init(payer: AccountID, bill: BillID, revision: Int = 0) {
        self.payer = payer
        self.bill = bill
        self.revision = revision
    }
}

/// A seller's terminal's word, kept as it came: a sequence number is used once, on whatever bill.
public struct BilledItem: RevisedRecord, Hashable, Codable {
    public let terminal: PartyName
    public let sequence: Int64
    public let bill: BillID
    /// The signed ``BillItem``.
    public let statement: String
    public let arrivedAt: Int64
    public var revision: Int

    public init(
        terminal: PartyName, sequence: Int64, bill: BillID, statement: String, arrivedAt: Int64, revision: Int = 0
    ) {
        self.terminal = terminal
        self.sequence = sequence
        self.bill = bill
        self.statement = statement
        self.arrivedAt = arrivedAt
        self.revision = revision
    }
}
