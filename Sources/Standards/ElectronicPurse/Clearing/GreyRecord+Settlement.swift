public import ElectronicPurse

/// What the back office knows of a card when it settles a grey record: the more, the surer.
public struct CardEvidence: Sendable {
    /// The proof of the grey purchase itself, however it came.
    public var tac: PurseMAC?
    /// The card's log at a later contact.
    public var log: [PurseLogRecord]
    /// The card's counter of purchases at a later contact with its issuer.
    public var offlineNumber: UInt16?
    /// Purchases of the card that terminals have reported, with their TACs.
    public var purchases: [ReportedPurchase]
    /// Where balances are known without a gap: the balance at a later contact, and what is known to have changed it since
    /// the one before the grey purchase.
    public var chain: Chain?

    public struct ReportedPurchase: Hashable, Sendable {
        public var purchase: PursePurchase
        /// The counter after it.
        public var offlineNumber: UInt16
        public var tac: PurseMAC

        public init(_ purchase: PursePurchase, offlineNumber: UInt16, tac: PurseMAC) {
            self.purchase = purchase
            self.offlineNumber = offlineNumber
            self.tac = tac
        }
    }

    public struct Chain: Hashable, Sendable {
        public var balance: UInt32
        /// Loads since the grey purchase.
        public var loads: UInt64
        /// Purchases since, the grey one apart.
        public var purchases: UInt64

        public init(balance: UInt32, loads: UInt64, purchases: UInt64) {
            self.balance = balance
            self.loads = loads
            self.purchases = purchases
        }
    }

    public init(
        tac: PurseMAC? = nil, log: [PurseLogRecord] = [], offlineNumber: UInt16? = nil,
        purchases: [ReportedPurchase] = [], chain: Chain? = nil
    ) {
        self.tac = tac
        self.log = log
        self.offlineNumber = offlineNumber
        self.purchases = purchases
        self.chain = chain
    }
}

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
        let expected = pending.purchase.tac(session)
        let own = [evidence.tac, tac].contains(expected)
        let other = evidence.purchases.contains {
            $0.offlineNumber == pending.expectedRecord.number && $0.purchase != pending.purchase
                && $0.purchase.tac(session) == $0.tac
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
