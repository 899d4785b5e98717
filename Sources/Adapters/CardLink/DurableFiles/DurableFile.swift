#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files of which a power failure leaves the old content or the new, never a mixture. Mode 0600.
public enum DurableFile {
    /// Replaces the content: temporary file beside it, fsync, rename, fsync of the directory.
    ///
    /// The caller is the only writer; see ``FileLock``.
    public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let temporary = path + ".new"
        do {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
            try file.restrictToOwner()
            try file.write(bytes)
            try file.synchronize()
        }
        guard rename(temporary, path) == 0 else { throw FileError(path: path, failed: "rename") }
        try synchronizeDirectory(of: path)
    }

    /// Writes a file that must not exist yet.
    public static func create(_ path: String, with bytes: [UInt8]) throws(FileError) {
        do {
            let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            try file.write(bytes)
            try file.synchronize()
        }
        try synchronizeDirectory(of: path)
    }

    /// The content, or `nil` when there is no such file.
    ///
    /// - Throws: ``FileError``; also when the file has more than `bytesMax` bytes.
    public static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8]? {
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let file = try OpenFile(path, O_RDONLY)
        let count = try file.size()
        guard count <= bytesMax else {
            throw FileError(path: path, reason: "has \(count) bytes, more than \(bytesMax)")
        }
        return try file.read(count)
    }

    /// Removes a file; one that is not there is removed already.
    public static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError(path: path, failed: "unlink") }
        try synchronizeDirectory(of: path)
    }

    static func synchronizeDirectory(of path: String) throws(FileError) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        try OpenFile(directory, O_RDONLY | O_DIRECTORY).synchronize()
    }
}

/// An open file descriptor, closed at the end of its life.
struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// - Parameter locked: also takes the lock of the whole file, or says that somebody else has it.
    init(_ path: String, _ flags: Int32, locked: Bool = false) throws(FileError) {
        let opened = open(path, flags | O_CLOEXEC, 0o600)
        if opened < 0 { throw FileError(path: path, failed: "open") }
        if locked && flock(opened, LOCK_EX | LOCK_NB) != 0 {
            let error =
                errno == EWOULDBLOCK
                ? FileError(path: path, reason: "is in use by another process") : FileError(path: path, failed: "flock")
            close(opened)
            throw error
        }
        descriptor = opened
        self.path = path
    }

    deinit { close(descriptor) }

    func restrictToOwner() throws(FileError) {
        guard fchmod(descriptor, 0o600) == 0 else { throw FileError(path: path, failed: "fchmod") }
    }

    func size() throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, failed: "fstat") }
        return Int(status.st_size)
    }

    func read(_ count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let step = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Glibc)
                    Glibc.read(descriptor, buffer.baseAddress?.advanced(by: done), count - done)
                #else
                    Darwin.read(descriptor, buffer.baseAddress?.advanced(by: done), count - done)
                #endif
            }
            if step < 0 && errno == EINTR { continue }
            guard step >= 0 else { throw FileError(path: path, failed: "read") }
            guard step > 0 else { throw FileError(path: path, reason: "became shorter while it was read") }
            done += step
        }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let step = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
                #else
                    Darwin.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
                #endif
            }
            if step < 0 && errno == EINTR { continue }
            guard step > 0 else { throw FileError(path: path, failed: "write") }
            done += step
        }
    }

    func truncate(to count: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw FileError(path: path, failed: "ftruncate") }
    }

    func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(path: path, failed: "fsync") }
    }
}
