/// Why a vault could not be opened or changed. Nothing was written unless the case says so.
public enum VaultError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file or folder cannot be made, read or replaced.
    case unreachable(path: String, reason: String)
    /// Others than the owner may read or write the file; the mode as in `chmod`.
    case openToOthers(path: String, mode: UInt16)
    /// Another process, or another part of this one, has the vault open.
    case inUse(path: String)
    case wrongPassphrase(path: String)
    /// The key file is well-formed and belongs to another vault.
    case wrongKeyFile(path: String)
    /// The vault stands and its key file does not.
    case keyFileMissing(path: String)
    case keyFileMalformed(path: String, count: Int)
    /// The vault is unlocked the other way.
    case unlockedOtherwise(path: String, by: String)
    /// The vault of the other party: central TSM or service provider.
    case otherKind(path: String)
    case unsupportedVersion(path: String, version: UInt8)
    /// The file is not as the vault wrote it.
    case altered(path: String)
    /// ``SealedVault/close()`` was called.
    case closed

    public var description: String {
        switch self {
        case .unreachable(let path, let reason): "\(path) cannot be used: \(reason)"
        case .openToOthers(let path, let mode):
            "\(path) has mode 0\(String(mode, radix: 8)): only its owner may read it (chmod 600)"
        case .inUse(let path): "the vault \(path) is open already"
        case .wrongPassphrase(let path): "this is not the passphrase of the vault \(path)"
        case .wrongKeyFile(let path): "this is not the key file of the vault \(path)"
        case .keyFileMissing(let path): "the key file \(path) is missing; without it the vault stays shut"
        case .keyFileMalformed(let path, let count): "the key file \(path) has \(count) bytes instead of 32"
        case .unlockedOtherwise(let path, let way): "the vault \(path) is unlocked by \(way)"
        case .otherKind(let path): "the vault \(path) belongs to the other party"
        case .unsupportedVersion(let path, let version):
            "the vault \(path) has format \(version), which is unknown here"
        case .altered(let path): "the vault \(path) was altered or is damaged; restore it from a backup"
        case .closed: "the vault is closed"
        }
    }
}
