/// What is read of bills.
public protocol BillStore: Sendable {
    func bill(_ id: BillID) async throws(PaymentStoreError) -> Bill?
    /// Newest first.
    func bills(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Bill]
    func billPlace(of payer: AccountID) async throws(PaymentStoreError) -> BillPlace?
    func billedItem(terminal: PartyName, sequence: Int64) async throws(PaymentStoreError) -> BilledItem?
    /// Open or awaiting verification, with a period that is over, the oldest first.
    func overdueBills(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Bill]
}
