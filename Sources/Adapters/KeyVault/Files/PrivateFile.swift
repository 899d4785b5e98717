import CardCryptography
import Foundation

/// Files that only their owner may read, replaced whole or not at all.
enum PrivateFile {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes the folder of `path`, 0700, when it is absent.
    static func createFolder(of path: String) throws(VaultError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder(of: path), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unreachable(path: path, reason: "\(error)")
        }
    }

    /// Reads a regular file whole, after making sure that nobody else can.
    ///
    /// - Throws: ``VaultError/openToOthers(path:mode:)``; ``VaultError/unreachable(path:reason:)``, also when the file is
    ///   larger than `bytesMax`.
    static func read(_ path: String, bytesMax: Int) throws(VaultError) -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreachable(path: path, reason: "not a file") }
        guard status.st_mode & 0o077 == 0 else {
            throw .openToOthers(path: path, mode: UInt16(status.st_mode & 0o7777))
        }
        let count = Int(status.st_size)
        guard count <= bytesMax else { throw .unreachable(path: path, reason: "larger than \(bytesMax) bytes") }
        return try SecretBytes(count: count) { (buffer: UnsafeMutableRawBufferPointer) throws(VaultError) in
            var filled = 0
            while filled < count {
                let taken = Foundation.read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                guard taken > 0 else { throw systemError(path) }
                filled += taken
            }
        }
    }

    /// Replaces the file: after a crash it holds all of the old bytes or all of the new ones.
    static func replace(_ path: String, with bytes: SecretBytes) throws(VaultError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemError(temporary) }
        let isWritten = bytes.withUnsafeBytes { write($0, to: descriptor) } && fsync(descriptor) == 0
        let failure = isWritten ? nil : systemError(temporary)
        close(descriptor)
        if let failure {
            unlink(temporary)
            throw failure
        }
        guard rename(temporary, path) == 0 else { throw systemError(path) }
        try syncFolder(of: path)
    }

    /// A rename is durable when the folder is.
    private static func syncFolder(of path: String) throws(VaultError) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError(path) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    static func systemError(_ path: String) -> VaultError {
        .unreachable(path: path, reason: String(cString: strerror(errno)))
    }
}

/// Keeps a second opener away from a vault: two of them would write over each other's new keys.
final class VaultLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``VaultError/inUse(path:)``.
    init(for path: String) throws(VaultError) {
        let lockPath = path + ".lock"
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateFile.systemError(lockPath) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
    }

    deinit { close(descriptor) }
}
