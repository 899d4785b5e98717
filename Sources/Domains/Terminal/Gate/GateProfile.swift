public import ElectronicPurse
public import ISO7816

/// What a gate is told about itself.
public struct GateProfile: Sendable {
    /// The purses that it takes, the first one that a card has.
    public var applications: [AID]
    public var keyIndex: UInt8
    /// Where keys have two levels: what the first is derived from.
    public var city: PurseSerial?
    /// How long a person may take to present the card again, in seconds.
    public var windowSeconds: Int64
    /// How often the card may be taken away once more.
    public var tapsMax: Int
    /// A card without GET TRANSACTION PROVE is believed by its log; without this such a purchase becomes a grey record.
    public var believesLog: Bool

    public static let windowSecondsDefault: Int64 = 28
    public static let tapsMaxDefault = 5

    public init(
        applications: [AID] = [PurseFile.transport, PurseFile.city], keyIndex: UInt8 = 0x01, city: PurseSerial? = nil,
        windowSeconds: Int64 = Self.windowSecondsDefault, tapsMax: Int = Self.tapsMaxDefault, believesLog: Bool = true
    ) {
        self.applications = applications
        self.keyIndex = keyIndex
        self.city = city
        self.windowSeconds = windowSeconds
        self.tapsMax = tapsMax
        self.believesLog = believesLog
    }
}

/// What a passage costs, and what is written into the card for it.
public struct GateFare: Hashable, Sendable {
    public var amount: UInt32
    /// Records that change with the debit; a fare with some is a composite purchase.
    public var records: [CompositeRecord]
    public var isComposite: Bool

    public init(_ amount: UInt32) {
        self.amount = amount
        records = []
        isComposite = false
    }

    /// A composite purchase, which may also cost nothing: an entry whose price the exit knows.
    public init(composite amount: UInt32, writing records: [CompositeRecord]) {
        self.amount = amount
        self.records = records
        isComposite = true
    }

    var purpose: InitializeTransaction.Purpose { isComposite ? .compositePurchase : .purchase }
}

extension PendingPurchase {
    /// What is ordered again when it was not executed.
    var fare: GateFare {
        purchase.type == .compositePurchase
            ? GateFare(composite: purchase.amount, writing: records) : GateFare(purchase.amount)
    }
}
