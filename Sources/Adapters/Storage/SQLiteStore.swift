import GRDB
public import TrustedServiceManager

/// The central TSM's directory in one SQLite file: write-ahead log, every commit synced before it is answered.
///
/// One connection writes, a few read; neither blocks the caller's thread. A commit that was asked for is carried out even
/// when the asking task is cancelled meanwhile: what a card did must be written down whoever still listens.
public final class SQLiteStore: DirectoryStore {
    let writer: DatabaseQueue
    let readers: Readers<StoreError>
    private let commits: GroupCommit<StoreError>

    /// The entries of one page or one newest-first list; a larger `limit` is lowered to this.
    public static let pageEntriesMax = 1_000

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        let writer = try Self.openWriter(path: path)
        self.init(writer: writer, readers: try StoreFile.openReaders(path: path))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteStore {
        let memory = try openMemory()
        return SQLiteStore(writer: memory, readers: Readers([memory]))
    }

    init(
        writer: DatabaseQueue, readers: Readers<StoreError>,
        commitsPerTransactionMax: Int = GroupCommit<StoreError>.commitsPerTransactionMaxDefault
    ) {
        self.writer = writer
        self.readers = readers
        commits = GroupCommit(writer, commitsPerTransactionMax: commitsPerTransactionMax)
    }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(StoreError) {
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw StoreError(describing: error)
        }
    }

    // MARK: - Commits

    public func commit(_ changes: [StoreChange]) async throws(StoreError) {
        try await commits.perform { database in
            for change in changes { try change.apply(to: database) }
        }
    }

    public func begin(
        _ execution: Execution, _ changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(StoreError) -> ExecutionNumber {
        try await commits.perform { database in
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
