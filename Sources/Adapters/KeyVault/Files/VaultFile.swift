import CardCryptography
import Dispatch
import Synchronization

/// What a vault holds, as secret bytes.
protocol VaultContents: Sendable {
    static var kind: VaultHeader.Kind { get }
    /// The contents of a new vault: fresh random keys.
    init()
    /// Contents without any secret, after closing.
    static var empty: Self { get }
    /// - Throws: ``SecretDecodingError`` where the bytes end early, go on too long or cannot be.
    init(secret: SecretBytes) throws(SecretDecodingError)
    var secret: SecretBytes { get }
}

/// A vault in a file: a header, and contents sealed with AES-256-GCM under a key that the unlock gives.
///
///     header (32) | verifier (32) | nonce (12) | sealed contents | tag (16) | SHA-256 of all before (32)
///
/// The checksum tells damage from a wrong passphrase; it protects nothing. The tag of the sealed contents does, and it
/// covers header and verifier.
final class VaultFile<Contents: VaultContents>: Sendable {
    private let path: String
    private let header: VaultHeader
    private let keys: VaultKeys
    private let state: Mutex<State>
    /// Changes are written one after the other, away from the threads of Swift concurrency: a write waits for the disk.
    private let writing: DispatchQueue

    private struct State {
        var contents: Contents
        /// `nil` once closed.
        var lock: VaultLock?
    }

    /// Opens the vault, or makes it when there is none.
    init(path: String, unlock: VaultUnlock, cost: Scrypt.Cost) throws(VaultError) {
        try PrivateFile.createFolder(of: path)
        let lock = try VaultLock(for: path)
        let contents: Contents
        if PrivateFile.exists(path) {
            let sealed = try SealedContents(PrivateFile.read(path, bytesMax: vaultBytesMax), path: path)
            guard sealed.header.kind == Contents.kind else { throw .otherKind(path: path) }
            header = sealed.header
            keys = try sealed.keys(for: unlock, path: path)
            contents = try sealed.contents(keys, path: path)
        } else {
            header = VaultHeader(kind: Contents.kind, way: unlock.way, cost: cost)
            keys = try VaultKeys(unlock, header, path: path, isNew: true)
            contents = Contents()
            try PrivateFile.replace(path, with: sealedVault(contents.secret, header, keys))
        }
        self.path = path
        state = Mutex(State(contents: contents, lock: lock))
        writing = DispatchQueue(label: "seneschal.vault")
    }

    /// The contents as they are now.
    var contents: Contents { state.withLock { $0.contents } }

    /// Changes the contents. The change is in the file, durably, before this returns; when it fails nothing changed.
    func change<Value: Sendable, Failure: Error>(
        failure: @escaping @Sendable (VaultError) -> Failure,
        _ change: @escaping @Sendable (inout Contents) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            writing.async { continuation.resume(returning: self.write(failure: failure, change)) }
        }
        return try result.get()
    }

    /// Lets go of the file and of the secrets, after the changes that are being written.
    func close() {
        writing.sync { state.withLock { $0 = State(contents: .empty, lock: nil) } }
    }

    private func write<Value, Failure: Error>(
        failure: (VaultError) -> Failure, _ change: (inout Contents) throws(Failure) -> Value
    ) -> Result<Value, Failure> {
        var (contents, isOpen) = state.withLock { ($0.contents, $0.lock != nil) }
        guard isOpen else { return .failure(failure(.closed)) }
        do throws(Failure) {
            let value = try change(&contents)
            do throws(VaultError) {
                try PrivateFile.replace(path, with: sealedVault(contents.secret, header, keys))
            } catch {
                throw failure(error)
            }
            state.withLock { $0.contents = contents }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }
}

private let vaultBytesMax = 16 * 1_024 * 1_024

/// The file of a vault with these contents.
private func sealedVault(_ contents: SecretBytes, _ header: VaultHeader, _ keys: VaultKeys) -> SecretBytes {
    let opening = header.bytes + keys.verifier
    do {
        let sealed = try AESGCM.seal(contents, key: keys.sealing, additionalData: opening)
        let bytes = opening + sealed.bytes
        return SecretBytes(bytes + Digest.hash(bytes))
    } catch {
        preconditionFailure("the sealing key has 32 bytes: \(error)")
    }
}

/// The parts of a vault file, its checksum verified.
private struct SealedContents {
    let header: VaultHeader
    private let verifier: [UInt8]
    private let sealed: AESGCM.SealedMessage

    init(_ file: SecretBytes, path: String) throws(VaultError) {
        let bytes = file.withUnsafeBytes { Array($0) }
        let opening = VaultHeader.length + VaultKeys.verifierLength
        guard bytes.count >= opening + AESGCM.nonceLength + AESGCM.tagLength + checksumLength else {
            throw .altered(path: path)
        }
        let covered = Array(bytes.dropLast(checksumLength))
        guard Digest.hash(covered) == Array(bytes.suffix(checksumLength)) else { throw .altered(path: path) }
        header = try VaultHeader(bytes: Array(bytes[..<VaultHeader.length]), path: path)
        verifier = Array(bytes[VaultHeader.length..<opening])
        do { sealed = try AESGCM.SealedMessage(bytes: Array(covered[opening...])) } catch { throw .altered(path: path) }
    }

    func keys(for unlock: VaultUnlock, path: String) throws(VaultError) -> VaultKeys {
        guard unlock.way == header.way else {
            throw .unlockedOtherwise(path: path, by: header.way == .passphrase ? "a passphrase" : "a key file")
        }
        let keys = try VaultKeys(unlock, header, path: path, isNew: false)
        guard SecretBytes(keys.verifier) == SecretBytes(verifier) else {
            throw header.way == .passphrase ? .wrongPassphrase(path: path) : .wrongKeyFile(path: path)
        }
        return keys
    }

    func contents<Contents: VaultContents>(_ keys: VaultKeys, path: String) throws(VaultError) -> Contents {
        do {
            return try Contents(secret: AESGCM.open(sealed, key: keys.sealing, additionalData: header.bytes + verifier))
        } catch {
            throw .altered(path: path)
        }
    }
}

private let checksumLength = 32
