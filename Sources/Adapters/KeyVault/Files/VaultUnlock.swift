public import CardCryptography

/// What opens a vault.
public enum VaultUnlock: Sendable {
    /// Stretched with scrypt.
    case passphrase(SecretBytes)
    /// A file of 32 random bytes, 0600; made together with the vault when both are absent. Keep it elsewhere than the
    /// vault's backups.
    case keyFile(String)

    static let keyFileLength = 32

    var way: VaultHeader.Way {
        switch self {
        case .passphrase: .passphrase
        case .keyFile: .keyFile
        }
    }
}

/// The keys that a passphrase or a key file gives for one vault.
struct VaultKeys {
    /// Seals the contents.
    let sealing: SecretBytes
    /// Stands in the file: tells a wrong passphrase from a damaged file. It says nothing of `sealing`.
    let verifier: [UInt8]

    static let verifierLength = 32

    /// - Parameter isNew: whether a key file may be made.
    init(_ unlock: VaultUnlock, _ header: VaultHeader, path: String, isNew: Bool) throws(VaultError) {
        let secret: SecretBytes
        switch unlock {
        case .passphrase(let passphrase):
            do {
                secret = try Scrypt.derive(
                    passphrase: passphrase, salt: header.salt, cost: header.cost, count: Self.verifierLength)
            } catch {
                throw .altered(path: path)
            }
        case .keyFile(let file):
            secret = try Self.readKeyFile(file, isNew: isNew)
        }
        func derived(_ purpose: String) -> [UInt8] {
            HMACSHA256.tag(of: Array("seneschal vault \(purpose)".utf8) + header.salt, key: secret)
        }
        sealing = SecretBytes(derived("sealing"))
        verifier = derived("verifier")
    }

    private static func readKeyFile(_ path: String, isNew: Bool) throws(VaultError) -> SecretBytes {
        if !PrivateFile.exists(path) {
            guard isNew else { throw .keyFileMissing(path: path) }
            try PrivateFile.createFolder(of: path)
            try PrivateFile.replace(path, with: .random(count: VaultUnlock.keyFileLength))
        }
        let key = try PrivateFile.read(path, bytesMax: 4_096)
        guard key.count == VaultUnlock.keyFileLength else { throw .keyFileMalformed(path: path, count: key.count) }
        return key
    }
}
