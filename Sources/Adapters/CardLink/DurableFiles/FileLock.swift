#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps a second process away from a file for as long as it lives: a lock on `<path>.lock`, because the file itself is
/// replaced at every write.
public struct FileLock: ~Copyable, Sendable {
    private let file: OpenFile

    /// - Throws: ``FileError``; also when another owner, in this process or another, holds the lock.
    public init(on path: String) throws(FileError) {
        do {
            file = try OpenFile(path + ".lock", O_RDWR | O_CREAT | O_NOFOLLOW, locked: true)
        } catch {
            throw FileError(path: path, reason: error.reason)
        }
    }
}
