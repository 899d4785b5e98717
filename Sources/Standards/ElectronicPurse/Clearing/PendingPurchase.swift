public import ElectronicPurse

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
    public internal(set) var losses: Int

    /// What the card has to have in its log if it was debited.
    public var expectedRecord: PurseLogRecord {
        PurseLogRecord(
            number: offlineNumber &+ 1, amount: purchase.amount, type: purchase.type, terminal: purchase.terminal,
            moment: purchase.moment)
    }

    public var balanceAfter: UInt32 { balanceBefore - purchase.amount }

    var fare: GateFare {
        purchase.type == .compositePurchase
            ? GateFare(composite: purchase.amount, writing: records) : GateFare(purchase.amount)
    }

    /// Whether a log record is this purchase. The overdraft is none of it.
    func isRecorded(by record: PurseLogRecord) -> Bool {
        var record = record
        record.overdraft = 0
        return record == expectedRecord
    }
}

/// A purchase that was paid.
public struct GatePassage: Hashable, Sendable, Codable {
    public let card: PurseSerial
    public let purchase: PursePurchase
    /// The card's counter of purchases after it.
    public let offlineNumber: UInt16
    public let balanceAfter: UInt32
    /// For the issuer; absent where only the card's log told of the debit.
    public let tac: PurseMAC?
    public let evidence: Evidence
    /// Seconds since 1970.
    public let at: Int64

    /// By what the gate knows that it was paid.
    public enum Evidence: String, Hashable, Sendable, Codable {
        /// The answer to the debit.
        case answer
        /// What the card proved later.
        case proof
        /// The card's log, of a card that proves nothing.
        case record
    }

    init(_ pending: PendingPurchase, tac: PurseMAC?, _ evidence: Evidence, at now: Int64) {
        card = pending.card
        purchase = pending.purchase
        offlineNumber = pending.offlineNumber &+ 1
        balanceAfter = pending.balanceAfter
        self.tac = tac
        self.evidence = evidence
        at = now
    }
}

/// A purchase of which the gate cannot find out whether it was paid: the gate stayed shut, and the back office settles it.
public struct GreyRecord: Hashable, Sendable, Codable {
    public let pending: PendingPurchase
    public let reason: Reason
    /// What the card showed last, if it was seen again.
    public let log: [PurseLogRecord]
    public let balance: UInt32?
    /// A proof that could not be verified at the gate.
    public let tac: PurseMAC?
    /// Seconds since 1970.
    public let at: Int64

    public enum Reason: String, Hashable, Sendable, Codable {
        /// The card was not presented again in time.
        case windowOver
        /// It was taken away too often.
        case tooManyLosses
        /// Its counter has moved, and its log does not tell of this purchase.
        case noMatchingRecord
        /// What it proves is not this purchase, or nobody can verify it.
        case notProved
        /// Balance, counter, log and proof do not go together.
        case inconsistent
        /// It does not say how far its counter is.
        case counterUnknown
    }

    init(
        _ pending: PendingPurchase, _ reason: Reason, log: [PurseLogRecord] = [], balance: UInt32? = nil,
        tac: PurseMAC? = nil, at now: Int64
    ) {
        self.pending = pending
        self.reason = reason
        self.log = log
        self.balance = balance
        self.tac = tac
        at = now
    }
}
