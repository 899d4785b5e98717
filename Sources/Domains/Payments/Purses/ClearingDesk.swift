public import ElectronicPurse
import ISO4217

/// What gates took from purses, turned into money of their owners': by the cards' authentication codes, and for what a gate
/// could not find out by everything that is learned of the card later.
///
/// A purchase is named by its security module and that module's serial: reported again it is answered alike, and moves
/// nothing again. What nobody knows is reserved, never moved on a guess.
public struct ClearingDesk: Sendable {
    public let server: PaymentServer
    let keys: any PurseIssuerKeys

    var store: any PaymentStore { server.store }

    /// Purchases and loads of one card that are looked at.
    static let evidenceMax = 256
    /// Clocks of gates are that exact: a load nearer to a grey purchase is neither before nor after it.
    static let clockSeconds: Int64 = 600
    /// By then every gate has reported: a balance tells of a purchase only when no other can be missing.
    static let reportingSeconds: Int64 = 3 * 86_400

    public init(_ server: PaymentServer, keys: any PurseIssuerKeys) {
        self.server = server
        self.keys = keys
    }

    /// Takes one report. The same one again is answered as it stands now.
    ///
    /// - Throws: ``PaymentsError/invalid(field:reason:)`` for a security module that is not the terminal's,
    ///   ``PaymentsError/duplicate(reason:)`` for a purchase that was reported otherwise.
    public func take(
        _ report: GateReport, from terminal: PartyName
    ) async throws(PaymentsError) -> GatePurchase {
        try await server.converging { now throws(PaymentsError) in
            let purchase = report.purchase
            let (module, holder, known) = try await stored { () async throws(PaymentStoreError) in
                (
                    try await store.purseTerminal(purchase.terminal), try await store.terminal(terminal),
                    try await store.gatePurchase(purchase.terminal, purchase.terminalSerial)
                )
            }
            guard module?.terminal == terminal, let holder else {
                throw .invalid(field: "terminal", reason: "the number of no security module of this terminal's")
            }
            if let known {
                guard known.report == report else {
                    throw .duplicate(reason: "the purchase \(purchase.terminalSerial) was reported otherwise")
                }
                return (known, [])
            }
            guard holder.suspendedAt == nil else { throw .conflict(reason: "the terminal is suspended") }
            guard purchase.type.isOffline else { throw .invalid(field: "type", reason: "no kind of purchase") }
            let new = GatePurchase(report, by: terminal, payee: holder.payee, at: now)
            let purse = try await stored { () async throws(PaymentStoreError) in try await store.purse(report.card) }
            guard let purse else { return new.held(.unknownPurse, at: now) }
            let others = try await purchases(of: report.card)
            let (taken, changes) = try await decided(new, on: purse, among: others, at: now)
            return (taken, changes + (try await settlements(after: taken, on: purse, among: others, at: now)))
        }
    }

    /// What became of a purchase that a terminal has reported.
    ///
    /// - Throws: ``PaymentsError/notFound(kind:)``, also for another terminal's.
    public func purchase(
        _ number: PurseTerminalNumber, _ serial: UInt32, of terminal: PartyName?
    ) async throws(PaymentsError) -> GatePurchase {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.gatePurchase(number, serial)
        }
        guard let known, terminal == nil || known.terminal == terminal else { throw .notFound(kind: "gate purchase") }
        return known
    }

    /// Of which nobody knows, oldest first.
    public func held(limit: Int) async throws(PaymentsError) -> [GatePurchase] {
        try await stored { () async throws(PaymentStoreError) in
            try await store.heldGatePurchases(limit: limit)
        }
    }

    /// The operator's decision on what nobody knows.
    ///
    /// - Parameter wasDebited: whether the card was.
    public func settle(
        _ number: PurseTerminalNumber, _ serial: UInt32, wasDebited: Bool, _ request: RequestKey
    ) async throws(PaymentsError) -> GatePurchase {
        try await server.journal.once(request) { now throws(PaymentsError) in
            let purchase = try await purchase(number, serial, of: nil)
            guard purchase.state == .held else {
                throw .conflict(reason: "the purchase is settled: \(purchase.state.rawValue)")
            }
            let known = try await stored { () async throws(PaymentStoreError) in
                try await store.purse(purchase.report.card)
            }
            guard let purse = known else { throw .conflict(reason: "the card is no purse that was issued here") }
            guard let currency = try await currency(of: purse, payee: purchase.payee) else {
                throw .conflict(reason: "the terminal's owner is paid in another currency")
            }
            return purchase.settled(
                as: wasDebited ? .debited : .notDebited, on: purse, currency, at: now, by: OperatorDesk.actor)
        }
    }

    // MARK: - Deciding

    private func decided(
        _ purchase: GatePurchase, on purse: Purse, among others: [GatePurchase], at now: Int64
    ) async throws(PaymentsError) -> (GatePurchase, [PaymentChange]) {
        guard let currency = try await currency(of: purse, payee: purchase.payee) else {
            return purchase.held(.foreignCurrency, at: now)
        }
        let outcome = try outcome(of: purchase, purse, CardEvidence(others))
        guard outcome != .unknown else {
            let doubt: GatePurchase.Doubt = if case .paid = purchase.report { .notProved } else { .grey }
            return purchase.held(doubt, on: purse, currency, at: now)
        }
        return purchase.settled(as: outcome, on: purse, currency, at: now, by: "terminal \(purchase.terminal)")
    }

    /// A passage that the card has proved was paid, whatever others say of the card's counter, which no code covers.
    private func outcome(
        of purchase: GatePurchase, _ purse: Purse, _ evidence: CardEvidence
    ) throws(PaymentsError) -> GreyOutcome {
        if case .paid(let passage) = purchase.report, let tac = passage.tac {
            let expected = try keys.tac(of: passage.purchase, by: purse.serial, keyVersion: purse.keyVersion)
            if expected == tac { return .debited }
        }
        return try purchase.open.settled(by: evidence) { purchase throws(PaymentsError) in
            try keys.tac(of: purchase, by: purse.serial, keyVersion: purse.keyVersion)
        }
    }

    /// `nil` when purse and payee have different ones.
    private func currency(of purse: Purse, payee: AccountID) async throws(PaymentsError) -> Currency? {
        let (held, paid) = try await stored { () async throws(PaymentStoreError) in
            (try await store.ledgerAccount(purse.account), try await store.ledgerAccount(payee))
        }
        guard let held, let paid else { throw .internal(reason: "a purse's or a terminal's account is gone") }
        return held.currency == paid.currency ? held.currency : nil
    }

    // MARK: - Evidence

    private func purchases(of card: PurseSerial) async throws(PaymentsError) -> [GatePurchase] {
        try await stored { () async throws(PaymentStoreError) in
            try await store.gatePurchases(of: card, limit: Self.evidenceMax)
        }
    }

    /// What a new report of the card settles of the card's others.
    private func settlements(
        after taken: GatePurchase, on purse: Purse, among others: [GatePurchase], at now: Int64
    ) async throws(PaymentsError) -> [PaymentChange] {
        guard taken.proof != nil || !taken.log.isEmpty else { return [] }
        let known = others + [taken]
        return try await settlements(of: others, on: purse, at: now) { held throws(PaymentsError) in
            CardEvidence(known.filter { !$0.isSame(as: held) })
        }
    }

    /// What a card that is there for a load settles of its purchases.
    func settlements(
        by contact: PurseContact, of purse: Purse, at now: Int64
    ) async throws(PaymentsError) -> [PaymentChange] {
        let known = try await purchases(of: purse.serial)
        return try await settlements(of: known, on: purse, at: now) { held throws(PaymentsError) in
            let others = known.filter { !$0.isSame(as: held) }
            var evidence = CardEvidence(others)
            evidence.log += contact.log
            evidence.offlineNumber = contact.offlineNumber
            if now - held.reportedAt >= Self.reportingSeconds {
                evidence.chain = try await chain(from: held, among: others, to: contact)
            }
            return evidence
        }
    }

    private func settlements(
        of known: [GatePurchase], on purse: Purse, at now: Int64,
        by evidence: (GatePurchase) async throws(PaymentsError) -> CardEvidence
    ) async throws(PaymentsError) -> [PaymentChange] {
        var changes: [PaymentChange] = []
        for purchase in known where purchase.state == .held {
            guard let currency = try await currency(of: purse, payee: purchase.payee) else { continue }
            let outcome = try outcome(of: purchase, purse, try await evidence(purchase))
            guard outcome != .unknown else { continue }
            changes += purchase.settled(as: outcome, on: purse, currency, at: now, by: "clearing").1
        }
        return changes
    }

    /// Where every purchase between a grey one and a contact is known, and every load: what the balance has to tell.
    private func chain(
        from held: GatePurchase, among others: [GatePurchase], to contact: PurseContact
    ) async throws(PaymentsError) -> CardEvidence.Chain? {
        guard let offlineNumber = contact.offlineNumber else { return nil }
        let grey = held.open.pending
        let since = others.filter { $0.proof != nil && $0.report.offlineNumber > grey.offlineNumber }
        let wanted = Int(offlineNumber) - Int(grey.offlineNumber) - 1
        guard wanted >= 0, since.count == wanted,
            Set(since.map(\.report.offlineNumber)) == Set((0..<wanted).map { grey.offlineNumber &+ 2 &+ UInt16($0) })
        else { return nil }
        let loads = try await stored { () async throws(PaymentStoreError) in
            try await store.loads(of: held.report.card, limit: Self.evidenceMax)
        }
        var loaded: UInt64 = 0
        for load in loads {
            guard let at = load.contact?.at else { return nil }
            if abs(at - grey.since) < Self.clockSeconds { return nil }
            if at > grey.since { loaded += UInt64(load.load.amount) }
        }
        // One that the card may have executed meanwhile leaves a gap.
        let unsettled = try await stored { () async throws(PaymentStoreError) in
            try await store.unsettledLoadOrder(of: held.report.card)
        }
        guard unsettled == nil else { return nil }
        return .init(
            balance: contact.begun.balance, loads: loaded,
            purchases: since.reduce(0) { $0 + UInt64($1.report.purchase.amount) })
    }
}

extension GatePurchase {
    fileprivate func isSame(as other: GatePurchase) -> Bool {
        report.purchase.terminal == other.report.purchase.terminal
            && report.terminalSerial == other.report.terminalSerial
    }
}

extension CardEvidence {
    /// What reports of a card tell of it.
    fileprivate init(_ reported: [GatePurchase]) {
        self.init(log: reported.flatMap(\.log), purchases: reported.compactMap(\.proof))
    }
}
