import CardCryptography
import ISO7816
public import Terminal

extension PurchaseSAM: CardProcessor {}

/// A terminal's security module in a file of its own, open in this process alone.
///
///     "SENESCHAL PSAM" and a newline | state | digest (32)
///
/// It holds the issuer's purchase key: the file belongs to its owner only (mode 0600), as the key in a chip would.
public final class SecurityModuleFile: Sendable {
    public let path: String
    private let lock: FileLock
    private let initial: PurchaseSAM

    /// A module that remembers all it can stays far below it.
    public static let bytesMax = 64 * 1_024

    private init(path: String, lock: consuming FileLock, initial: PurchaseSAM) {
        self.path = path
        self.lock = lock
        self.initial = initial
    }

    /// Makes a module's file, which must not exist yet.
    public static func create(_ path: String, _ module: PurchaseSAM) throws(FileError) {
        try DurableFile.create(path, with: content(of: module))
    }

    /// Opens a module to use it.
    ///
    /// - Throws: ``FileError``; also when another process has it open, or the file is damaged or no module.
    public static func open(_ path: String) throws(FileError) -> SecurityModuleFile {
        // Before the lock, so that a mistyped name leaves no lock file behind; and again under it.
        _ = try read(path)
        let lock = try FileLock(on: path)
        return SecurityModuleFile(path: path, lock: lock, initial: try read(path))
    }

    /// The powered module; a serial is in the file before it is released. Take it once.
    public func module() -> InProcessCard<PurchaseSAM> {
        InProcessCard(initial) { [self] module in try save(module) }
    }

    private func save(_ module: PurchaseSAM) throws(FileError) {
        try DurableFile.replace(path, with: Self.content(of: module))
    }

    private static let content = DigestedContent(heading: "SENESCHAL PSAM", kind: "a security module's file")

    private static func content(of module: PurchaseSAM) -> [UInt8] {
        content.bytes(of: module.persistentState.revealed())
    }

    private static func read(_ path: String) throws(FileError) -> PurchaseSAM {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw FileError(path: path, reason: "there is no such security module")
        }
        let state = try content.content(of: bytes, at: path)
        do {
            return try PurchaseSAM(persistentState: SecretBytes(state))
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }
}
