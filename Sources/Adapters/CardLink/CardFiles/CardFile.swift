public import SecureElement

/// A card in a file of its own, open in this process alone.
///
///     53454E45534348414C2043415244 0A ("SENESCHAL CARD" and a newline) | state
///
/// The state ends with its own digest. It holds the card's keys: the file belongs to its owner only (mode 0600), as the
/// key in a chip would.
public final class CardFile: Sendable {
    public let path: String
    private let lock: FileLock
    private let initial: SecureElement

    /// The largest file: a full card stays far below it.
    public static let bytesMax = 16 * 1_024 * 1_024

    private init(path: String, lock: consuming FileLock, initial: SecureElement) {
        self.path = path
        self.lock = lock
        self.initial = initial
    }

    /// Makes a card's file, which must not exist yet.
    public static func create(_ path: String, _ card: SecureElement) throws(FileError) {
        try DurableFile.create(path, with: content(of: card))
    }

    /// Opens a card to use it.
    ///
    /// - Throws: ``FileError``; also when another process has it open, or the file is damaged or no card.
    public static func open(_ path: String) throws(FileError) -> CardFile {
        // Before the lock, so that a mistyped name leaves no lock file behind; and again under it, because another
        // process may have changed the card in between.
        _ = try read(path)
        let lock = try FileLock(on: path)
        return CardFile(path: path, lock: lock, initial: try read(path))
    }

    /// The card as it is now on the disk, whether or not somebody has it open.
    public static func read(_ path: String) throws(FileError) -> SecureElement {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw FileError(path: path, reason: "there is no such card; `seneschal card new` makes one")
        }
        guard bytes.starts(with: magic) else { throw FileError(path: path, reason: "is not a card's file") }
        do {
            return try SecureElement(persistentState: Array(bytes.dropFirst(magic.count)))
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }

    /// The powered card; every change is in the file before its response is released. Take it once.
    public func card() -> InProcessCard<SecureElement> {
        InProcessCard(initial) { [self] card in try save(card) }
    }

    private func save(_ card: SecureElement) throws(FileError) {
        try DurableFile.replace(path, with: Self.content(of: card))
    }

    private static let magic = Array("SENESCHAL CARD\n".utf8)

    private static func content(of card: SecureElement) -> [UInt8] { magic + card.persistentState }
}
