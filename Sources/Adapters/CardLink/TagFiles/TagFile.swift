public import MobileDevice
public import NFCForum

/// A Type 4 Tag in a file of its own, open in this process alone.
///
///     "SENESCHAL TAG" and a newline | state | digest (32)
///
/// With secure dynamic messaging the state holds the tag's keys: the file belongs to its owner only (mode 0600). The
/// counter is on the disk before the reading that it counts leaves: no reading comes twice after a power failure.
public final class TagFile: Sendable {
    public let path: String
    private let lock: FileLock
    private let initial: Type4Tag

    /// The largest file of a tag, its keys and what frames them.
    public static let bytesMax = 64 * 1_024

    private init(path: String, lock: consuming FileLock, initial: Type4Tag) {
        self.path = path
        self.lock = lock
        self.initial = initial
    }

    /// Makes a tag's file, which must not exist yet.
    public static func create(_ path: String, _ tag: Type4Tag) throws(FileError) {
        try DurableFile.create(path, with: content(of: tag))
    }

    /// Opens a tag to use it.
    ///
    /// - Throws: ``FileError``; also when another process has it open, or the file is damaged or no tag.
    public static func open(_ path: String) throws(FileError) -> TagFile {
        // Before the lock, so that a mistyped name leaves no lock file behind; and again under it.
        _ = try read(path)
        let lock = try FileLock(on: path)
        return TagFile(path: path, lock: lock, initial: try read(path))
    }

    /// The tag as it is now on the disk, whether or not somebody has it open.
    public static func read(_ path: String) throws(FileError) -> Type4Tag {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw FileError(path: path, reason: "there is no such tag; `seneschal tag new` makes one")
        }
        let state = try content.content(of: bytes, at: path)
        do throws(Type4TagStateError) {
            return try Type4Tag(persistentState: state)
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }

    /// The tag in a field; every change is in the file before its response is released. Take it once.
    public func tag() -> InProcessCard<Type4Tag> {
        InProcessCard(initial) { [self] tag in try save(tag) }
    }

    /// How the tag answers anticollision; `nil` for an identifier that is not of 7 bytes.
    public var controller: NFCController? {
        NFCIdentifier(initial.identifier.bytes).map { NFCController(identifier: $0) }
    }

    private func save(_ tag: Type4Tag) throws(FileError) {
        try DurableFile.replace(path, with: Self.content(of: tag))
    }

    private static let content = DigestedContent(heading: "SENESCHAL TAG", kind: "a tag's file")

    private static func content(of tag: Type4Tag) -> [UInt8] { content.bytes(of: tag.persistentState) }
}
