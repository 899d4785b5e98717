import Foundation

/// The file of the store: its owner's alone, for it holds subscribers' numbers.
enum PrivateFile {
    /// Makes the file with 0600 before SQLite does it with the umask; the log beside it takes the same mode.
    static func create(at path: String) throws(SQLiteStoreOpeningError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unreachable(path: path, reason: "\(error)")
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unreachable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // A file that came from elsewhere may be wider.
        guard fchmod(descriptor, 0o600) == 0 else {
            throw .unreachable(path: path, reason: String(cString: strerror(errno)))
        }
    }
}
