import GRDB
public import Payments

extension SQLitePaymentStore {
    public func ledgerAccount(_ id: AccountID) async throws(PaymentStoreError) -> LedgerAccount? {
        try await readers.read { try LedgerTables.accounts.one([id.rawValue], in: $0) }
    }

    public func ledgerAccounts(
        after id: AccountID?, limit: Int
    ) async throws(PaymentStoreError) -> [LedgerAccount] {
        try await readers.read {
            try LedgerTables.accounts.all(
                "WHERE id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", Self.page(limit)], in: $0)
        }
    }

    public func transfer(_ id: TransferID) async throws(PaymentStoreError) -> RecordedTransfer? {
        try await readers.read { try LedgerBooks.transfer(id, in: $0) }
    }

    public func pendingTransfer(_ id: TransferID) async throws(PaymentStoreError) -> PendingTransfer? {
        try await readers.read { try LedgerTables.pendings.one([blob(id.bytes)], in: $0) }
    }

    public func transfers(after number: Int64, limit: Int) async throws(PaymentStoreError) -> [RecordedTransfer] {
        try await readers.read {
            try LedgerTables.transfers.all(
                "WHERE number > ? ORDER BY number LIMIT ?", [number, Self.page(limit)], in: $0)
        }
    }

    public func transfers(
        of account: AccountID, before number: Int64?, limit: Int
    ) async throws(PaymentStoreError) -> [RecordedTransfer] {
        let page = Self.page(limit)
        return try await connections.readOneState {
            try LedgerTables.transfers(of: account, before: number, limit: page, in: $0)
        }
    }

    public func ledgerSnapshot() async throws(PaymentStoreError) -> LedgerSnapshot {
        try await connections.readOneState { database in
            LedgerSnapshot(
                accounts: try LedgerTables.accounts.all("ORDER BY id", in: database),
                lastNumber: try Int64.fetchOne(
                    database, sql: "SELECT number FROM transfer ORDER BY number DESC LIMIT 1") ?? 0)
        }
    }

    public func record(_ batch: [Transfer], at now: Int64) async throws(PaymentStoreError) -> [TransferResult] {
        try await connections.commit { try LedgerBooks.record(batch, at: now, in: $0) }
    }

    public func expirePendingTransfers(at now: Int64, limit: Int) async throws(PaymentStoreError) -> Int {
        let page = Self.page(limit)
        return try await connections.commit { try LedgerBooks.expire(at: now, limit: page, in: $0) }
    }
}
