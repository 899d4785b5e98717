/// Why a store file could not be opened; nothing in it was changed, except by migrations that completed.
public enum SQLiteStoreOpeningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The folder or the file cannot be made or reached.
    case unreachable(path: String, reason: String)
    /// A newer release has written this file: these migrations are unknown here.
    case schemaIsNewer(path: String, unknownMigrations: [String])
    /// SQLite does not sync every commit; the value is what `PRAGMA synchronous` reads back instead of 2.
    case notDurable(path: String, synchronous: Int)
    case failed(path: String, reason: String)

    public var description: String {
        switch self {
        case .unreachable(let path, let reason): "the store \(path) cannot be reached: \(reason)"
        case .schemaIsNewer(let path, let unknown):
            "the store \(path) was written by a newer release (unknown migrations: \(unknown.joined(separator: ", ")))"
        case .notDurable(let path, let synchronous):
            "the store \(path) would not sync its commits: PRAGMA synchronous is \(synchronous), not 2 (FULL)"
        case .failed(let path, let reason): "the store \(path) cannot be opened: \(reason)"
        }
    }
}
