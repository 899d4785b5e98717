import GRDB
public import Wallet

/// What the wallet knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
public final class SQLiteWalletStore: WalletStore {
    let writer: DatabaseQueue
    let readers: Readers<WalletStoreError>
    private let commits: GroupCommit<WalletStoreError>

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        let writer = try StoreFile.openWriter(path: path, WalletSchema.migrator)
        self.init(writer: writer, readers: try StoreFile.openReaders(path: path))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteWalletStore {
        let memory = try StoreFile.openMemory(WalletSchema.migrator)
        return SQLiteWalletStore(writer: memory, readers: Readers([memory]))
    }

    init(writer: DatabaseQueue, readers: Readers<WalletStoreError>) {
        self.writer = writer
        self.readers = readers
        commits = GroupCommit(
            writer, commitsPerTransactionMax: GroupCommit<WalletStoreError>.commitsPerTransactionMaxDefault)
    }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(WalletStoreError) {
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw WalletStoreError(describing: error)
        }
    }

    public func commit(_ changes: [WalletChange]) async throws(WalletStoreError) {
        try await commits.perform { database in
            for change in changes { try change.apply(to: database) }
        }
    }
}

extension WalletStoreError: StoreFailure {
    init(_ error: RecordError) {
        switch error {
        case .duplicate(let kind, let key): self = .duplicate(kind: kind, key: key)
        case .missing(let kind, let key): self = .missing(kind: kind, key: key)
        case .conflict(let kind, let key): self = .conflict(kind: kind, key: key)
        case .failed(let reason): self = .failed(reason)
        }
    }
}
