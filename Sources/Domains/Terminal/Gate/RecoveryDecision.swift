import ElectronicPurse

/// What a card shows when it is presented again after its debit was not read.
struct RecoveryFindings: Sendable {
    var balance: UInt32
    /// The newest first, loads and purchases as they stand in the log.
    var log: [PurseLogRecord]
    var proof: Proof

    /// What GET TRANSACTION PROVE for exactly this purchase brought.
    enum Proof: Equatable, Sendable {
        /// The MAC is over the journal's purchase.
        case verified(PurseMAC)
        /// It is over something else.
        case refuted(PurseMAC)
        /// The security module does not remember the purchase.
        case unverifiable(PurseMAC)
        case none
    }
}

/// Whether a card was debited for a pending purchase: a judgement without any input but what was read.
enum RecoveryDecision: Equatable, Sendable {
    case debited(GatePassage.Evidence, tac: PurseMAC?)
    case notDebited
    /// What was read does not tell: the card is asked for its counter.
    case askCounter
    case grey(GreyRecord.Reason)

    /// - Parameter counter: the card's offline counter, once it was asked for. Numbers of loads are of another counter
    ///   and are never compared with it.
    static func decide(
        _ pending: PendingPurchase, _ findings: RecoveryFindings, counter: UInt16? = nil, believesLog: Bool
    ) -> RecoveryDecision {
        let purchases = findings.log.filter(\.type.isOffline)
        let isRecorded = purchases.contains(where: pending.isRecorded)
        let isContradicted =
            !isRecorded && purchases.contains { $0.number == pending.expectedRecord.number }
        switch findings.proof {
        case .verified(let tac): return isContradicted ? .grey(.inconsistent) : .debited(.proof, tac: tac)
        case .refuted: return .grey(.notProved)
        case .unverifiable(let tac):
            guard isRecorded, believesLog else { return .grey(.notProved) }
            return byLog(pending, findings, tac)
        case .none:
            guard !isRecorded else {
                return believesLog ? byLog(pending, findings, nil) : .grey(.notProved)
            }
        }
        guard let counter else { return .askCounter }
        guard counter == pending.offlineNumber else {
            return .grey(counter > pending.offlineNumber ? .noMatchingRecord : .inconsistent)
        }
        return !isContradicted && isExplained(pending, findings) ? .notDebited : .grey(.inconsistent)
    }

    /// The log tells of the purchase; where it is the newest record, the balance has to agree.
    private static func byLog(
        _ pending: PendingPurchase, _ findings: RecoveryFindings, _ tac: PurseMAC?
    ) -> RecoveryDecision {
        if let newest = findings.log.first, pending.isRecorded(by: newest),
            findings.balance != pending.balanceAfter
        {
            return .grey(.inconsistent)
        }
        return .debited(.record, tac: tac)
    }

    /// Whether the balance is that before the purchase, or that and the newest loads.
    private static func isExplained(_ pending: PendingPurchase, _ findings: RecoveryFindings) -> Bool {
        var expected = UInt64(pending.balanceBefore)
        if expected == findings.balance { return true }
        for record in findings.log {
            guard record.type == .load else { return false }
            expected += UInt64(record.amount)
            if expected == findings.balance { return true }
        }
        return false
    }
}
