import Foundation
import GRDB

/// The connections of a store in one SQLite file: write-ahead log, every commit synced, schema up to date.
enum StoreFile {
    /// Connections that read beside the one that writes.
    static let readersMax = 4
    /// How long a connection waits for a lock that another process holds.
    static let busyTimeoutSeconds: Double = 5
    /// Page cache of one connection: 4 MiB, whatever the size of the file.
    static let pageCacheKibibytesMax = 4_096
    /// A checkpoint is due when the write-ahead log has this size, and cuts it back to it: a page that many commits have
    /// changed is written to the file once.
    static let writeAheadLogBytesMax = 16 * 1_024 * 1_024
    /// SQLite's, for files that are made here.
    static let pageBytes = 4_096

    static func openWriter(path: String, _ migrator: DatabaseMigrator) throws(SQLiteStoreOpeningError) -> DatabaseQueue
    {
        try PrivateFile.create(at: path)
        return try opening(path) {
            var configuration = configuration(path: path)
            configuration.journalMode = .wal
            let writer = try DatabaseQueue(path: path, configuration: configuration)
            try writer.writeWithoutTransaction { connection in
                // GRDB sets NORMAL when it turns the write-ahead log on, after `prepareDatabase` has run.
                try syncEveryCommit(connection, path: path)
                try connection.execute(sql: "PRAGMA journal_size_limit = \(writeAheadLogBytesMax)")
                try connection.execute(sql: "PRAGMA wal_autocheckpoint = \(writeAheadLogBytesMax / pageBytes)")
            }
            try migrate(writer, migrator, path: path)
            return writer
        }
    }

    /// After the writer: the file and its log must stand.
    static func openReaders<Failure>(path: String) throws(SQLiteStoreOpeningError) -> Readers<Failure> {
        let count = min(max(ProcessInfo.processInfo.activeProcessorCount, 2), readersMax)
        return try opening(path) {
            var configuration = configuration(path: path)
            configuration.readonly = true
            return Readers<Failure>(
                try (0..<count).map { _ in try DatabaseQueue(path: path, configuration: configuration) })
        }
    }

    static func openMemory(_ migrator: DatabaseMigrator) throws(SQLiteStoreOpeningError) -> DatabaseQueue {
        let path = ":memory:"
        return try opening(path) {
            let queue = try DatabaseQueue(configuration: configuration(path: path))
            try migrate(queue, migrator, path: path)
            return queue
        }
    }

    private static func opening<Value>(
        _ path: String, _ open: () throws -> Value
    ) throws(SQLiteStoreOpeningError) -> Value {
        do {
            return try open()
        } catch let error as SQLiteStoreOpeningError {
            throw error
        } catch {
            throw .failed(path: path, reason: "\(error)")
        }
    }

    private static func configuration(path: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = "seneschal.store"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.prepareDatabase { connection in
            try syncEveryCommit(connection, path: path)
            try connection.execute(sql: "PRAGMA cache_size = -\(pageCacheKibibytesMax)")
        }
        return configuration
    }

    private static func syncEveryCommit(_ connection: Database, path: String) throws {
        try connection.execute(sql: "PRAGMA synchronous = FULL")
        let found = try Int.fetchOne(connection, sql: "PRAGMA synchronous") ?? -1
        guard found == 2 else { throw SQLiteStoreOpeningError.notDurable(path: path, synchronous: found) }
    }

    private static func migrate(
        _ database: some DatabaseWriter, _ migrator: DatabaseMigrator, path: String
    ) throws {
        let unknown = try database.read { try migrator.appliedIdentifiers($0) }.subtracting(migrator.migrations)
        guard unknown.isEmpty else {
            throw SQLiteStoreOpeningError.schemaIsNewer(path: path, unknownMigrations: unknown.sorted())
        }
        try migrator.migrate(database)
    }
}
