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

    /// Why the gate could not find out.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
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

    public init(
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
