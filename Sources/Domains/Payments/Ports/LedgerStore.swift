/// What is read of the ledger, and the transfers that are recorded without anything beside them.
public protocol LedgerStore: Sendable {
    func ledgerAccount(_ id: AccountID) async throws(PaymentStoreError) -> LedgerAccount?
    /// By name: a page of all there are.
    func ledgerAccounts(after id: AccountID?, limit: Int) async throws(PaymentStoreError) -> [LedgerAccount]
    func transfer(_ id: TransferID) async throws(PaymentStoreError) -> RecordedTransfer?
    func pendingTransfer(_ id: TransferID) async throws(PaymentStoreError) -> PendingTransfer?
    /// In the ledger's order: a page of all there are.
    func transfers(after number: Int64, limit: Int) async throws(PaymentStoreError) -> [RecordedTransfer]
    /// Newest first; those before a number, or the newest of all.
    func transfers(
        of account: AccountID, before number: Int64?, limit: Int
    ) async throws(PaymentStoreError) -> [RecordedTransfer]
    /// All accounts at one moment.
    func ledgerSnapshot() async throws(PaymentStoreError) -> LedgerSnapshot

    /// Records a batch, each transfer or chain of linked ones with its own fate, in one transaction.
    ///
    /// - Returns: one result for each transfer, in the batch's order.
    func record(_ batch: [Transfer], at now: Int64) async throws(PaymentStoreError) -> [TransferResult]
    /// Frees what is reserved beyond its time, the oldest first.
    ///
    /// - Returns: how many reservations have expired.
    func expirePendingTransfers(at now: Int64, limit: Int) async throws(PaymentStoreError) -> Int
}
