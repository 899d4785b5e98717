/// What became of a grey record's purchase.
public enum GreyOutcome: String, Hashable, Sendable, Codable {
    /// The card was debited: the amount is the operator's, and the person, who was not let through, is owed it back.
    case debited
    case notDebited
    /// The evidence does not tell, or contradicts itself.
    case unknown
}

extension GreyRecord {
    /// Settles the record from what is known of the card later. What is authenticated comes before what is only said.
    ///
    /// - Parameter key: the card's key for transaction authentication codes.
    public func settled(by evidence: CardEvidence, key: PurseKey) -> GreyOutcome {
        let session = key.transactionAuthentication
        return settled(by: evidence) { $0.tac(session) }
    }

    /// Settles the record where the card's key is elsewhere.
    ///
    /// - Parameter tac: the card's authentication code of a purchase.
    public func settled<Failure: Error>(
        by evidence: CardEvidence, tac: (PursePurchase) throws(Failure) -> PurseMAC
    ) throws(Failure) -> GreyOutcome {
        let expected = try tac(pending.purchase)
        let own = [evidence.tac, self.tac].contains(expected)
        var other = false
        for reported in evidence.purchases
        where reported.offlineNumber == pending.expectedRecord.number && reported.purchase != pending.purchase {
            if try tac(reported.purchase) == reported.tac { other = true }
        }
        guard own == other else { return own ? .debited : .notDebited }
        guard !own else { return .unknown }
        return Self.agreed([outcome(log: log + evidence.log), counted(evidence), balanced(evidence)])
    }

    /// The one outcome that some give and none contradicts.
    private static func agreed(_ outcomes: [GreyOutcome]) -> GreyOutcome {
        let known = Set(outcomes.filter { $0 != .unknown })
        return known.count == 1 ? known.first ?? .unknown : .unknown
    }

    /// By the purchase with the number that this one would have.
    private func outcome(log: [PurseLogRecord]) -> GreyOutcome {
        let same = log.filter { $0.type.isOffline && $0.number == pending.expectedRecord.number }
        guard let record = same.first else { return .unknown }
        return pending.isRecorded(by: record) ? .debited : .notDebited
    }

    /// A counter that has not moved. One that has moved tells nothing: another purchase may have moved it.
    private func counted(_ evidence: CardEvidence) -> GreyOutcome {
        evidence.offlineNumber == pending.offlineNumber ? .notDebited : .unknown
    }

    /// A purchase of nothing leaves no trace in balances.
    private func balanced(_ evidence: CardEvidence) -> GreyOutcome {
        guard let chain = evidence.chain, pending.purchase.amount > 0 else { return .unknown }
        let without = UInt64(pending.balanceBefore) + chain.loads
        if UInt64(chain.balance) + chain.purchases == without { return .notDebited }
        if UInt64(chain.balance) + chain.purchases + UInt64(pending.purchase.amount) == without { return .debited }
        return .unknown
    }
}
