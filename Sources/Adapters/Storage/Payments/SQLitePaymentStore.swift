import GRDB
public import Payments

/// What the payment server knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
///
/// Transfers are judged inside the transaction that records them, so nothing is checked on one balance and moved on another.
public final class SQLitePaymentStore: PaymentStore {
    let connections: StoreConnections<PaymentStoreError>

    var writer: DatabaseQueue { connections.writer }
    var readers: Readers<PaymentStoreError> { connections.readers }

    /// The entries of one page; a larger `limit` is lowered to this.
    public static let pageEntriesMax = 1_000

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        self.init(try StoreConnections(path: path, PaymentSchema.migrator))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLitePaymentStore {
        SQLitePaymentStore(try StoreConnections(inMemory: PaymentSchema.migrator))
    }

    init(_ connections: StoreConnections<PaymentStoreError>) { self.connections = connections }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(PaymentStoreError) { try connections.close() }

    public func commit(_ changes: [PaymentChange]) async throws(PaymentStoreError) {
        try await connections.commit { database in
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
