import GRDB
public import Wallet

/// What the wallet knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
public final class SQLiteWalletStore: WalletStore {
    private let connections: StoreConnections<WalletStoreError>

    var writer: DatabaseQueue { connections.writer }
    var readers: Readers<WalletStoreError> { connections.readers }

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        self.init(try StoreConnections(path: path, WalletSchema.migrator))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteWalletStore {
        SQLiteWalletStore(try StoreConnections(inMemory: WalletSchema.migrator))
    }

    init(_ connections: StoreConnections<WalletStoreError>) { self.connections = connections }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(WalletStoreError) { try connections.close() }

    public func commit(_ changes: [WalletChange]) async throws(WalletStoreError) {
        try await connections.commit { database in
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
