import GRDB

extension SQLiteStore {
    /// Connections that read beside the one that writes.
    static let readersMax = StoreFile.readersMax

    static func openWriter(path: String) throws(SQLiteStoreOpeningError) -> DatabaseQueue {
        try StoreFile.openWriter(path: path, Schema.migrator)
    }

    static func openMemory() throws(SQLiteStoreOpeningError) -> DatabaseQueue {
        try StoreFile.openMemory(Schema.migrator)
    }
}
