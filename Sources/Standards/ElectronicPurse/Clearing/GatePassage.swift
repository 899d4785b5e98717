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
    public enum Evidence: String, Hashable, Sendable, Codable, CaseIterable {
        /// The answer to the debit.
        case answer
        /// What the card proved later.
        case proof
        /// The card's log, of a card that proves nothing.
        case record
    }

    public init(_ pending: PendingPurchase, tac: PurseMAC?, _ evidence: Evidence, at now: Int64) {
        self.init(
            card: pending.card, purchase: pending.purchase, offlineNumber: pending.offlineNumber &+ 1,
            balanceAfter: pending.balanceAfter, tac: tac, evidence: evidence, at: now)
    }

    public init(
        card: PurseSerial, purchase: PursePurchase, offlineNumber: UInt16, balanceAfter: UInt32, tac: PurseMAC?,
        evidence: Evidence, at: Int64
    ) {
        self.card = card
        self.purchase = purchase
        self.offlineNumber = offlineNumber
        self.balanceAfter = balanceAfter
        self.tac = tac
        self.evidence = evidence
        self.at = at
    }
}
