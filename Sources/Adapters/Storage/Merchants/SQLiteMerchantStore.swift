import GRDB
public import Merchants

/// What a merchant platform knows, in one SQLite file: write-ahead log, every commit synced before it is answered.
public final class SQLiteMerchantStore: MerchantStore {
    let writer: DatabaseQueue
    let readers: Readers<MerchantsError>
    private let commits: GroupCommit<MerchantsError>

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    public convenience init(path: String) throws(SQLiteStoreOpeningError) {
        let writer = try StoreFile.openWriter(path: path, MerchantSchema.migrator)
        self.init(writer: writer, readers: try StoreFile.openReaders(path: path))
    }

    /// A store that lives as long as this object, for tests.
    public static func inMemory() throws(SQLiteStoreOpeningError) -> SQLiteMerchantStore {
        let memory = try StoreFile.openMemory(MerchantSchema.migrator)
        return SQLiteMerchantStore(writer: memory, readers: Readers([memory]))
    }

    init(writer: DatabaseQueue, readers: Readers<MerchantsError>) {
        self.writer = writer
        self.readers = readers
        commits = GroupCommit(
            writer, commitsPerTransactionMax: GroupCommit<MerchantsError>.commitsPerTransactionMaxDefault)
    }

    /// Closes the connections; everything committed is in the file. Later calls fail.
    public func close() throws(MerchantsError) {
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw MerchantsError(describing: error)
        }
    }

    public func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantTransaction) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer {
        try await commits.perform { try work(SQLiteMerchantRecords(database: $0)) }
    }

    public func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any MerchantRecords) throws(MerchantsError) -> Answer
    ) async throws(MerchantsError) -> Answer {
        try await readers.read { database in
            var answer: Answer?
            // Several SELECTs of one state: a deferred transaction holds the snapshot that its first read takes.
            try database.inTransaction(.deferred) {
                answer = try work(SQLiteMerchantRecords(database: database))
                return .commit
            }
            guard let answer else { throw MerchantsError.internal(reason: "a read gave no answer") }
            return answer
        }
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
