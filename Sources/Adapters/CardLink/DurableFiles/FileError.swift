#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call on a file failed, or the file is not what it should be.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The failure of the last system call.
    init(path: String, failed call: String) {
        let code = errno
        self.init(path: path, reason: "\(call): \(String(cString: strerror(code)))")
    }

    public var description: String { "\(path): \(reason)" }
}
