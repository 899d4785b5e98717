import GRDB
public import Payments

/// What the payment server knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
///
/// Transfers are judged inside the transaction that records them, so nothing is checked on one balance and moved on another.
public final class SQLitePaymentStore: PaymentStore {
    let writer: DatabaseQueue
    let readers: Readers<PaymentStoreError>
    let commits: GroupCommit<PaymentStoreError>

    /// The entries of one page; a larger `limit` is lowered to this.
    public static let pageEntriesMax = 1_000

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        let writer = try StoreFile.openWriter(path: path, PaymentSchema.migrator)
        self.init(writer: writer, readers: try StoreFile.openReaders(path: path))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLitePaymentStore {
        let memory = try StoreFile.openMemory(PaymentSchema.migrator)
        return SQLitePaymentStore(writer: memory, readers: Readers([memory]))
    }

    init(writer: DatabaseQueue, readers: Readers<PaymentStoreError>) {
        self.writer = writer
        self.readers = readers
        commits = GroupCommit(
            writer, commitsPerTransactionMax: GroupCommit<PaymentStoreError>.commitsPerTransactionMaxDefault)
    }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(PaymentStoreError) {
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw PaymentStoreError(describing: error)
        }
    }

    public func commit(_ changes: [PaymentChange]) async throws(PaymentStoreError) {
        try await commits.perform { database in
            for change in changes { try change.apply(to: database) }
        }
    }

    static func page(_ limit: Int) -> Int { min(max(limit, 0), pageEntriesMax) }
}

extension PaymentStoreError: StoreFailure {
    init(_ error: RecordError) {
        switch error {
        case .duplicate(let kind, let key): self = .duplicate(kind: kind, key: key)
        case .missing(let kind, let key): self = .missing(kind: kind, key: key)
        case .conflict(let kind, let key): self = .conflict(kind: kind, key: key)
        case .failed(let reason): self = .failed(reason)
        }
    }
}
