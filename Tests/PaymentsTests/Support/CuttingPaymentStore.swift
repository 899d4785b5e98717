import ElectronicPurse
import SmartCardVerification
import Synchronization

@testable import Payments

/// Cuts at some steps: before one is done, or after it is done and before its answer arrives.
final class StoreScissors: Sendable {
    enum Side: CaseIterable, Sendable { case before, after }

    private let plan = Mutex<[Int: Side]>([:])
    private let steps = Mutex(0)

    var stepCount: Int { steps.withLock { $0 } }

    /// Counts from zero again; cuts step `step`, counted from 0, or none.
    func set(_ step: Int?, _ side: Side = .before) { set(step.map { [$0: side] } ?? [:]) }

    /// Counts from zero again; cuts these steps.
    func set(_ cuts: [Int: Side]) {
        steps.withLock { $0 = 0 }
        plan.withLock { $0 = cuts }
    }

    /// Whether this step is cut, and where.
    func next() -> Side? {
        let number = steps.withLock { count in
            count += 1
            return count - 1
        }
        return plan.withLock { $0[number] }
    }
}

/// A store whose commits can be cut. With `reopening` the server dies there: nothing is read or written any more until it
/// is started again.
final class CuttingPaymentStore: PaymentStore {
    private let process: Mutex<(store: any PaymentStore, isDead: Bool)>
    private let reopening: (@Sendable (any PaymentStore) throws -> any PaymentStore)?
    let scissors: StoreScissors
    /// What happens, once, before a terminal's challenges are read.
    let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)

    /// - Parameter reopening: what the next process finds, from the store of the one that died.
    init(
        _ inner: any PaymentStore, _ scissors: StoreScissors,
        reopening: (@Sendable (any PaymentStore) throws -> any PaymentStore)? = nil
    ) {
        process = Mutex((inner, false))
        self.reopening = reopening
        self.scissors = scissors
    }

    /// Starts the server again if it is dead.
    func restart() throws {
        guard let reopening else { return }
        try process.withLock { process in
            guard process.isDead else { return }
            process = (try reopening(process.store), false)
        }
    }

    private var inner: any PaymentStore {
        get throws(PaymentStoreError) {
            let (store, isDead) = process.withLock { $0 }
            guard !isDead else { throw .failed("the server is dead") }
            return store
        }
    }

    func commit(_ changes: [PaymentChange]) async throws(PaymentStoreError) {
        let cut = scissors.next()
        if cut == .before { throw dying() }
        try await inner.commit(changes)
        if cut == .after { throw dying() }
    }

    private func dying() -> PaymentStoreError {
        if reopening != nil { process.withLock { $0.isDead = true } }
        return .failed("cut")
    }

    // MARK: - Reads, which are not cut

    func idempotencyRecord(scope: String, key: String) async throws(PaymentStoreError) -> IdempotencyRecord? {
        try await inner.idempotencyRecord(scope: scope, key: key)
    }
    func auditEntries(limit: Int) async throws(PaymentStoreError) -> [AuditEntry] {
        try await inner.auditEntries(limit: limit)
    }
    func dueOutboxLines(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [OutboxLine] {
        try await inner.dueOutboxLines(at: now, limit: limit)
    }
    func abandonedOutboxLines(limit: Int) async throws(PaymentStoreError) -> [OutboxLine] {
        try await inner.abandonedOutboxLines(limit: limit)
    }
    func ledgerAccount(_ id: AccountID) async throws(PaymentStoreError) -> LedgerAccount? {
        try await inner.ledgerAccount(id)
    }
    func ledgerAccounts(after id: AccountID?, limit: Int) async throws(PaymentStoreError) -> [LedgerAccount] {
        try await inner.ledgerAccounts(after: id, limit: limit)
    }
    func transfer(_ id: TransferID) async throws(PaymentStoreError) -> RecordedTransfer? {
        try await inner.transfer(id)
    }
    func pendingTransfer(_ id: TransferID) async throws(PaymentStoreError) -> PendingTransfer? {
        try await inner.pendingTransfer(id)
    }
    func transfers(after number: Int64, limit: Int) async throws(PaymentStoreError) -> [RecordedTransfer] {
        try await inner.transfers(after: number, limit: limit)
    }
    func transfers(of account: AccountID, before number: Int64?, limit: Int) async throws(PaymentStoreError)
        -> [RecordedTransfer]
    { try await inner.transfers(of: account, before: number, limit: limit) }
    func ledgerSnapshot() async throws(PaymentStoreError) -> LedgerSnapshot { try await inner.ledgerSnapshot() }
    func record(_ batch: [Transfer], at now: Int64) async throws(PaymentStoreError) -> [TransferResult] {
        try await inner.record(batch, at: now)
    }
    func expirePendingTransfers(at now: Int64, limit: Int) async throws(PaymentStoreError) -> Int {
        try await inner.expirePendingTransfers(at: now, limit: limit)
    }
    func payer(_ account: AccountID) async throws(PaymentStoreError) -> Payer? { try await inner.payer(account) }
    func payer(ofDevice keyName: String) async throws(PaymentStoreError) -> Payer? {
        try await inner.payer(ofDevice: keyName)
    }
    func payerCount() async throws(PaymentStoreError) -> Int { try await inner.payerCount() }
    func terminalCount() async throws(PaymentStoreError) -> Int { try await inner.terminalCount() }
    func platform(_ name: PartyName) async throws(PaymentStoreError) -> Platform? { try await inner.platform(name) }
    func platforms(limit: Int) async throws(PaymentStoreError) -> [Platform] { try await inner.platforms(limit: limit) }
    func terminal(_ name: PartyName) async throws(PaymentStoreError) -> Terminal? { try await inner.terminal(name) }
    func terminals(after name: PartyName?, limit: Int) async throws(PaymentStoreError) -> [Terminal] {
        try await inner.terminals(after: name, limit: limit)
    }
    func signingKey(named name: String) async throws(PaymentStoreError) -> SigningKey? {
        try await inner.signingKey(named: name)
    }
    func signingKeys(of holder: SigningKey.Holder) async throws(PaymentStoreError) -> [SigningKey] {
        try await inner.signingKeys(of: holder)
    }
    func credential(digest: [UInt8]) async throws(PaymentStoreError) -> AccessCredential? {
        try await inner.credential(digest: digest)
    }
    func order(_ id: OrderID) async throws(PaymentStoreError) -> Order? { try await inner.order(id) }
    func order(of platform: PartyName, instruction: String) async throws(PaymentStoreError) -> Order? {
        try await inner.order(of: platform, instruction: instruction)
    }
    func orders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Order] {
        try await inner.orders(of: payer, limit: limit)
    }
    func openOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int {
        try await inner.openOrderCount(of: payer, at: now)
    }
    func overdueOrders(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Order] {
        try await inner.overdueOrders(at: now, limit: limit)
    }
    func issuerPayment(_ id: IssuerPaymentID) async throws(PaymentStoreError) -> IssuerPayment? {
        try await inner.issuerPayment(id)
    }
    func issuerPayment(of terminal: PartyName, key: String) async throws(PaymentStoreError) -> IssuerPayment? {
        try await inner.issuerPayment(of: terminal, key: key)
    }
    func requestedIssuerPayments(
        after id: IssuerPaymentID?, limit: Int
    ) async throws(PaymentStoreError) -> [IssuerPayment] {
        try await inner.requestedIssuerPayments(after: id, limit: limit)
    }
    func dueIssuerReversals(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [IssuerPayment] {
        try await inner.dueIssuerReversals(at: now, limit: limit)
    }
    func issuerReversalCount() async throws(PaymentStoreError) -> Int { try await inner.issuerReversalCount() }
    func traceCounter() async throws(PaymentStoreError) -> TraceCounter? { try await inner.traceCounter() }
    func bill(_ id: BillID) async throws(PaymentStoreError) -> Bill? { try await inner.bill(id) }
    func bills(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Bill] {
        try await inner.bills(of: payer, limit: limit)
    }
    func billPlace(of payer: AccountID) async throws(PaymentStoreError) -> BillPlace? {
        try await inner.billPlace(of: payer)
    }
    func billedItem(terminal: PartyName, sequence: Int64) async throws(PaymentStoreError) -> BilledItem? {
        try await inner.billedItem(terminal: terminal, sequence: sequence)
    }
    func overdueBills(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Bill] {
        try await inner.overdueBills(at: now, limit: limit)
    }
    func smartCard(_ card: SmartCardIdentification) async throws(PaymentStoreError) -> SmartCard? {
        try await inner.smartCard(card)
    }
    func smartCards(of account: AccountID) async throws(PaymentStoreError) -> [SmartCard] {
        try await inner.smartCards(of: account)
    }
    func cardData(of account: AccountID, card: SmartCardIdentification) async throws(PaymentStoreError)
        -> AccountCardData?
    { try await inner.cardData(of: account, card: card) }
    func cardChallenges(of terminal: PartyName) async throws(PaymentStoreError) -> [CardChallenge] {
        let work = meanwhile.withLock { work in
            defer { work = nil }
            return work
        }
        do { try await work?() } catch { throw .failed("\(error)") }
        return try await inner.cardChallenges(of: terminal)
    }
    func cardFailures(of card: SmartCardIdentification, at terminal: PartyName) async throws(PaymentStoreError)
        -> CardFailures?
    { try await inner.cardFailures(of: card, at: terminal) }
    func cardPayment(terminal: PartyName, transaction: String) async throws(PaymentStoreError) -> CardPayment? {
        try await inner.cardPayment(terminal: terminal, transaction: transaction)
    }
    func purse(_ card: PurseSerial) async throws(PaymentStoreError) -> Purse? { try await inner.purse(card) }
    func purses(after card: PurseSerial?, limit: Int) async throws(PaymentStoreError) -> [Purse] {
        try await inner.purses(after: card, limit: limit)
    }
    func purseCount() async throws(PaymentStoreError) -> Int { try await inner.purseCount() }
    func purseTerminal(_ number: PurseTerminalNumber) async throws(PaymentStoreError) -> PurseTerminal? {
        try await inner.purseTerminal(number)
    }
    func purseTerminals(of terminal: PartyName) async throws(PaymentStoreError) -> [PurseTerminal] {
        try await inner.purseTerminals(of: terminal)
    }
    func loadOrder(_ id: LoadOrderID) async throws(PaymentStoreError) -> LoadOrder? { try await inner.loadOrder(id) }
    func unsettledLoadOrder(of card: PurseSerial) async throws(PaymentStoreError) -> LoadOrder? {
        try await inner.unsettledLoadOrder(of: card)
    }
    func loadOrders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [LoadOrder] {
        try await inner.loadOrders(of: payer, limit: limit)
    }
    func loads(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [LoadOrder] {
        try await inner.loads(of: card, limit: limit)
    }
    func openLoadOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int {
        try await inner.openLoadOrderCount(of: payer, at: now)
    }
    func gatePurchase(_ terminal: PurseTerminalNumber, _ serial: UInt32) async throws(PaymentStoreError)
        -> GatePurchase?
    { try await inner.gatePurchase(terminal, serial) }
    func gatePurchases(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [GatePurchase] {
        try await inner.gatePurchases(of: card, limit: limit)
    }
    func heldGatePurchases(limit: Int) async throws(PaymentStoreError) -> [GatePurchase] {
        try await inner.heldGatePurchases(limit: limit)
    }
}
