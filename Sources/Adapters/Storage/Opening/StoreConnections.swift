import GRDB

/// A store's connections to its SQLite file: one writes, a few read; what fails is told as the store's port has it.
///
/// A commit that was asked for is carried out even when the asking task is cancelled meanwhile: what was done outside must
/// be written down whoever still listens.
final class StoreConnections<Failure: StoreFailure>: Sendable {
    let writer: DatabaseQueue
    let readers: Readers<Failure>
    private let commits: GroupCommit<Failure>

    /// Opens the file, creating it (0600) and its folder (0700) when absent, and brings its schema up to date.
    convenience init(path: String, _ migrator: DatabaseMigrator) throws(SQLiteStoreOpeningError) {
        let writer = try StoreFile.openWriter(path: path, migrator)
        self.init(writer: writer, readers: try StoreFile.openReaders(path: path))
    }

    /// For as long as this object lives.
    convenience init(inMemory migrator: DatabaseMigrator) throws(SQLiteStoreOpeningError) {
        let memory = try StoreFile.openMemory(migrator)
        self.init(writer: memory, readers: Readers([memory]))
    }

    init(
        writer: DatabaseQueue, readers: Readers<Failure>,
        commitsPerTransactionMax: Int = GroupCommit<Failure>.commitsPerTransactionMaxDefault
    ) {
        self.writer = writer
        self.readers = readers
        commits = GroupCommit(writer, commitsPerTransactionMax: commitsPerTransactionMax)
    }

    /// Everything committed is in the file. Later calls fail.
    func close() throws(Failure) {
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw Failure(describing: error)
        }
    }

    /// Returns when the work is durable, or has left nothing behind.
    func commit<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        try await commits.perform(work)
    }

    /// Several SELECTs of one state: a deferred transaction holds the snapshot that its first read takes.
    func readOneState<Value: Sendable>(
        _ value: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        try await readers.read { database in
            var found: Value?
            try database.inTransaction(.deferred) {
                found = try value(database)
                return .commit
            }
            guard let found else { throw RecordError.failed("a read gave no answer") }
            return found
        }
    }
}
