import GRDB
public import TrustedServiceManager

/// The central TSM's directory in one SQLite file: write-ahead log, every commit synced before it is answered.
public final class SQLiteStore: DirectoryStore {
    let connections: StoreConnections<StoreError>

    var writer: DatabaseQueue { connections.writer }
    var readers: Readers<StoreError> { connections.readers }

    /// The entries of one page or one newest-first list; a larger `limit` is lowered to this.
    public static let pageEntriesMax = 1_000

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        self.init(try StoreConnections(path: path, Schema.migrator))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteStore {
        SQLiteStore(try StoreConnections(inMemory: Schema.migrator))
    }

    init(_ connections: StoreConnections<StoreError>) { self.connections = connections }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(StoreError) { try connections.close() }

    // MARK: - Commits

    public func commit(_ changes: [StoreChange]) async throws(StoreError) {
        try await connections.commit { database in
            for change in changes { try change.apply(to: database) }
        }
    }

    public func begin(
        _ execution: Execution, _ changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(StoreError) -> ExecutionNumber {
        try await connections.commit { database in
            let number = ExecutionNumber(rawValue: try Tables.executions.insertNumbered(execution, into: database))
            for change in changes(number) { try change.apply(to: database) }
            return number
        }
    }
}

extension StoreError: StoreFailure {
    init(_ error: RecordError) {
        switch error {
        case .duplicate(let kind, let key): self = .duplicate(kind: kind, key: key)
        case .missing(let kind, let key): self = .missing(kind: kind, key: key)
        case .conflict(let kind, let key): self = .failed("\(kind) \(key) was changed meanwhile")
        case .failed(let reason): self = .failed(reason)
        }
    }
}
