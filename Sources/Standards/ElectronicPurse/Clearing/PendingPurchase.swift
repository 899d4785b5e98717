/// A purchase whose debit was ordered, before anybody knows what became of it: all that recovery needs.
public struct PendingPurchase: Hashable, Sendable, Codable {
    public let card: PurseSerial
    public let purchase: PursePurchase
    public let balanceBefore: UInt32
    /// The card's counter of purchases before it.
    public let offlineNumber: UInt16
    public let random: PurseRandom
    public let mac1: PurseMAC
    /// Written with it, of a composite purchase.
    public let records: [CompositeRecord]
    /// When the card was presented first, seconds since 1970.
    public let since: Int64
    /// How often the card was taken away.
    public var losses: Int

    /// - Parameter balanceBefore: at least the purchase's amount.
    public init(
        card: PurseSerial, purchase: PursePurchase, balanceBefore: UInt32, offlineNumber: UInt16, random: PurseRandom,
        mac1: PurseMAC, records: [CompositeRecord] = [], since: Int64, losses: Int = 0
    ) {
        precondition(balanceBefore >= purchase.amount, "a purchase takes no more than there is")
        self.card = card
        self.purchase = purchase
        self.balanceBefore = balanceBefore
        self.offlineNumber = offlineNumber
        self.random = random
        self.mac1 = mac1
        self.records = records
        self.since = since
        self.losses = losses
    }

    /// What the card has to have in its log if it was debited.
    public var expectedRecord: PurseLogRecord {
        PurseLogRecord(
            number: offlineNumber &+ 1, amount: purchase.amount, type: purchase.type, terminal: purchase.terminal,
            moment: purchase.moment)
    }

    public var balanceAfter: UInt32 { balanceBefore - purchase.amount }

    /// Whether a log record is this purchase. The overdraft is none of it.
    public func isRecorded(by record: PurseLogRecord) -> Bool {
        var record = record
        record.overdraft = 0
        return record == expectedRecord
    }
}

/// One record of the card as a composite purchase leaves it.
public struct CompositeRecord: Hashable, Sendable, Codable {
    public var file: UInt8
    public var number: UInt8
    public var data: [UInt8]

    public init(file: UInt8 = PurseFile.compositeRecords, number: UInt8, data: [UInt8]) {
        self.file = file
        self.number = number
        self.data = data
    }
}
