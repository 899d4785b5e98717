public import CardCryptography
public import ISO7816
public import SecureChannel
public import TrustedServiceManager

/// The central TSM's keys in one sealed file: master keys stay inside, sessions and cryptograms come out.
///
/// It is a software vault: while it is open, the keys are in this process's memory. `KeyService` is the port behind which
/// a hardware module can stand instead.
public final class SealedVault: KeyService {
    let file: VaultFile<MasterKeyRing>
    private let keySets: KeySetCache<CardKeys>

    /// A key set by what it is derived from.
    private struct CardKeys: Hashable {
        var master: MasterKeyIndex
        var diversificationData: [UInt8]
    }

    /// Opens the vault at `path`, or makes one with fresh random keys when there is none.
    ///
    /// Unlocking with a passphrase takes a few tenths of a second and 128 MB, on purpose.
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> SealedVault {
        SealedVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost))
    }

    init(_ file: VaultFile<MasterKeyRing>, keySetsMax: Int = KeySetCache<CardKeys>.entriesMaxDefault) {
        self.file = file
        keySets = KeySetCache(entriesMax: keySetsMax)
    }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() {
        file.close()
        keySets.removeAll()
    }

    // MARK: - Master keys

    /// What an operator may know of the master keys, by index.
    public var masterKeys: [(index: MasterKeyIndex, label: String, createdAt: Int64)] {
        file.contents.entries.sorted { $0.key < $1.key }.map {
            (MasterKeyIndex(rawValue: $0.key), $0.value.label, $0.value.createdAt)
        }
    }

    public func createMasterKey(label: String) async throws(KeyServiceError) -> MasterKeyIndex {
        guard label.utf8.count <= MasterKeyRing.labelBytesMax else {
            throw .invalid("a label has \(MasterKeyRing.labelBytesMax) bytes at most")
        }
        return try await file.change(failure: { .failed("\($0)") }) { ring throws(KeyServiceError) in
            guard ring.entries.count < MasterKeyRing.entriesMax else {
                throw .failed("the vault holds \(MasterKeyRing.entriesMax) master keys, which is all it can")
            }
            return MasterKeyIndex(rawValue: ring.add(label: label))
        }
    }

    public func wrappedMasterKey(
        _ index: MasterKeyIndex, underTransportKey pem: String
    ) async throws(KeyServiceError) -> [UInt8] {
        let master = try masterKey(index)
        do {
            return try TransportPublicKey(pem: pem).encrypt(master)
        } catch {
            throw .invalidTransportKey("\(error)")
        }
    }

    // MARK: - Sessions

    public func forecast(_ request: ForecastRequest) async throws(KeyServiceError) -> SCP03Forecast {
        guard let implementation = SCP03Implementation(rawValue: request.implementation) else {
            throw .invalid("SCP03 has no implementation \([request.implementation].hex)")
        }
        guard let counter = SequenceCounter(rawValue: request.sequenceCounter) else {
            throw .invalid("the sequence counter \(request.sequenceCounter) has more than three bytes")
        }
        let keySet = try keySet(request.keys)
        do {
            return try SCP03Forecast(
                keys: keySet, hostChallenge: request.hostChallenge,
                card: SCP03Forecast.ExpectedCard(
                    keyVersionNumber: request.keys.keyVersionNumber, implementation: implementation,
                    sequenceCounter: counter, invoker: request.securityDomain),
                level: request.level, commands: request.commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    public func script(
        _ request: ForecastRequest, opening: [UInt8]
    ) async throws(KeyServiceError) -> SCP03AnsweredScript {
        let answer: InitializeUpdateResponse
        do { answer = try InitializeUpdateResponse(bytes: opening) } catch { throw .invalid("\(error)") }
        let version = request.keys.keyVersionNumber
        guard version == 0 || answer.keyVersionNumber == version else {
            throw .invalid(
                "\(SecureChannelError.keyVersionMismatch(asked: version, reported: answer.keyVersionNumber))")
        }
        let keySet = try keySet(request.keys)
        do {
            return try SCP03AnsweredScript(
                keys: keySet, hostChallenge: request.hostChallenge, answer: answer, level: request.level,
                commands: request.commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    public func putKey(
        _ new: KeyReference, replacing replaced: UInt8?, encryptedUnder opening: KeyReference
    ) async throws(KeyServiceError) -> CommandAPDU {
        let keySet = try keySet(new)
        guard
            let command = keySet.putKey(
                version: new.keyVersionNumber, replacing: replaced, encryptedUnder: try self.keySet(opening))
        else { throw .invalid("PUT KEY knows the key versions 01 to 7F") }
        return command
    }

    /// The key set of the one card that reports `diversificationData`, for a session that is driven outside the vault. The
    /// master key stays inside; the keys of other cards do not follow from what comes out.
    public func cardKeys(
        _ master: MasterKeyIndex, diversificationData: [UInt8]
    ) throws(KeyServiceError) -> SCP03KeySet {
        // The version does not enter the derivation.
        try keySet(
            KeyReference(
                masterKeyIndex: master, keyVersionNumber: 0, keyDiversificationData: diversificationData))
    }

    func keySet(_ keys: KeyReference) throws(KeyServiceError) -> SCP03KeySet {
        let name = CardKeys(master: keys.masterKeyIndex, diversificationData: keys.keyDiversificationData)
        return try keySets.keySet(name) { () throws(KeyServiceError) in
            let master = try masterKey(keys.masterKeyIndex)
            do {
                return try KeyDiversification.kdf3.keySet(
                    master: master, diversificationData: keys.keyDiversificationData)
            } catch {
                throw .invalid("\(error)")
            }
        }
    }

    private func masterKey(_ index: MasterKeyIndex) throws(KeyServiceError) -> SecretBytes {
        guard let entry = file.contents.entries[index.rawValue] else { throw .unknownMasterKey(index) }
        return entry.key
    }

    // MARK: - Data at rest

    /// The first byte of sealed data: which data key, of which there is one so far.
    private static let dataKeyNumber: UInt8 = 0x01

    //  data key number (1) | nonce (12) | ciphertext | tag (16)

    public func seal(_ plaintext: [UInt8], context: String) async throws(KeyServiceError) -> [UInt8] {
        let key = try dataKey()
        do {
            let sealed = try AESGCM.seal(SecretBytes(plaintext), key: key, additionalData: Array(context.utf8))
            return [Self.dataKeyNumber] + sealed.bytes
        } catch {
            throw .failed("\(error)")
        }
    }

    public func unseal(_ sealed: [UInt8], context: String) async throws(KeyServiceError) -> [UInt8] {
        let key = try dataKey()
        do {
            guard sealed.first == Self.dataKeyNumber else { throw CryptographyError.authenticationFailed }
            let message = try AESGCM.SealedMessage(bytes: Array(sealed.dropFirst()))
            return try AESGCM.open(message, key: key, additionalData: Array(context.utf8)).revealed()
        } catch {
            throw .sealBroken(context: context)
        }
    }

    private func dataKey() throws(KeyServiceError) -> SecretBytes {
        let key = file.contents.dataKey
        if key.isEmpty { throw .failed("\(VaultError.closed)") }
        return key
    }
}

extension SealedVault: CustomStringConvertible {
    public var description: String { "vault, \(file.contents.entries.count) master keys" }
}
