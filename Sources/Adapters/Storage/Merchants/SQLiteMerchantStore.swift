import GRDB
public import Merchants

/// What a merchant platform knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
public final class SQLiteMerchantStore: MerchantStore {
    private let connections: StoreConnections<MerchantsError>

    var writer: DatabaseQueue { connections.writer }
    var readers: Readers<MerchantsError> { connections.readers }

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        self.init(try StoreConnections(path: path, MerchantSchema.migrator))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteMerchantStore {
        SQLiteMerchantStore(try StoreConnections(inMemory: MerchantSchema.migrator))
    }

    init(_ connections: StoreConnections<MerchantsError>) { self.connections = connections }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(MerchantsError) { try connections.close() }

    public func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantTransaction) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer {
        try await connections.commit { try work(SQLiteMerchantRecords(database: $0)) }
    }

    public func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantRecords) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer {
        try await connections.readOneState { try work(SQLiteMerchantRecords(database: $0)) }
    }
}

extension MerchantsError: StoreFailure {
    init(_ error: RecordError) {
        switch error {
        case .duplicate(let kind, let key): self = .duplicate(reason: "\(kind) \(key) exists already")
        case .missing(let kind, let key): self = .internal(reason: "\(kind) \(key) does not exist")
        case .conflict(let kind, let key): self = .internal(reason: "\(kind) \(key) was replaced meanwhile")
        case .failed(let reason): self = .internal(reason: "the store failed: \(reason)")
        }
    }
}
