public import CardCryptography
public import ISO7816
public import SecureChannel
public import ServiceProvider

/// A service provider's keys in one sealed file. What the central TSM gave is the temporary master key; what opens the
/// provider's security domains after the rotation was made here and has never left.
public final class ProviderVault: ProviderKeys {
    let file: VaultFile<ProviderKeyRing>
    private let keySets: KeySetCache<CardKeys>

    private struct CardKeys: Hashable {
        var keySet: ProviderKeySet
        var diversificationData: [UInt8]
    }

    /// Opens the vault at `path`, or makes one with a fresh transport key pair when there is none.
    ///
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> ProviderVault {
        ProviderVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost))
    }

    init(_ file: VaultFile<ProviderKeyRing>) {
        self.file = file
        keySets = KeySetCache()
    }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() {
        file.close()
        keySets.removeAll()
    }

    // MARK: - What passes between provider and central TSM

    /// The public transport key in PEM, for the registration with the central TSM.
    public func transportKey() throws(ProviderKeysError) -> String { try transportKeyPair().publicKey.pem }

    /// Takes in the temporary master key that the central TSM answered the registration with.
    ///
    /// - Throws: ``ProviderKeysError/invalid(_:)`` when it was not encrypted for this vault, or another one stands here
    ///   already: security domains may hold keys that follow from it.
    public func importTemporaryMasterKey(wrapped: [UInt8]) async throws(ProviderKeysError) {
        let key: SecretBytes
        do {
            key = try transportKeyPair().decrypt(wrapped)
        } catch let error as CryptographyError {
            throw .invalid("the temporary master key: \(error)")
        } catch let error as ProviderKeysError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
        guard key.count == ProviderKeyRing.keyLength else {
            throw .invalid("the temporary master key has \(key.count) bytes instead of \(ProviderKeyRing.keyLength)")
        }
        try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            guard ring.temporaryMasterKey == nil || ring.temporaryMasterKey == key else {
                throw .invalid("the vault has another temporary master key already")
            }
            ring.temporaryMasterKey = key
        }
    }

    private func transportKeyPair() throws(ProviderKeysError) -> TransportKeyPair {
        do {
            return try TransportKeyPair(privateKey: file.contents.transportKey)
        } catch {
            throw .failed("the transport key: \(error)")
        }
    }

    // MARK: - Own keys

    public func currentGeneration() async throws(ProviderKeysError) -> Int {
        let count = file.contents.generations.count
        if count > 0 { return count - 1 }
        return try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            // Somebody else may have asked at the same time.
            ring.generations.isEmpty ? ring.addGeneration() : ring.generations.count - 1
        }
    }

    /// Makes the next generation of own keys; rotations from now on put it into the cards.
    public func startGeneration() async throws(ProviderKeysError) -> Int {
        try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            guard ring.generations.count < ProviderKeySet.generationsMax else {
                throw .invalid("there are key versions for \(ProviderKeySet.generationsMax) generations")
            }
            return ring.addGeneration()
        }
    }

    // MARK: - Sessions

    public func forecast(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03Forecast {
        guard let implementation = SCP03Implementation(rawValue: card.implementation) else {
            throw .invalid("SCP03 has no implementation \([card.implementation].hex)")
        }
        guard let counter = SequenceCounter(rawValue: card.sequenceCounter)?.next else {
            throw .invalid("the sequence counter \(card.sequenceCounter) has no successor")
        }
        let keys = try keys(keySet, card)
        do {
            return try SCP03Forecast(
                keys: keys, hostChallenge: hostChallenge,
                card: SCP03Forecast.ExpectedCard(
                    keyVersionNumber: card.keyVersionNumber, implementation: implementation, sequenceCounter: counter,
                    invoker: card.securityDomain),
                level: SecurityLevel(strongestOf: implementation), commands: commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    public func script(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], opening: [UInt8],
        commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03AnsweredScript {
        let answer: InitializeUpdateResponse
        do { answer = try InitializeUpdateResponse(bytes: opening) } catch { throw .invalid("\(error)") }
        guard answer.keyVersionNumber == card.keyVersionNumber else {
            throw .invalid(
                "\(SecureChannelError.keyVersionMismatch(asked: card.keyVersionNumber, reported: answer.keyVersionNumber))"
            )
        }
        let keys = try keys(keySet, card)
        do {
            return try SCP03AnsweredScript(
                keys: keys, hostChallenge: hostChallenge, answer: answer,
                level: SecurityLevel(strongestOf: answer.implementation), commands: commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    public func putKey(
        generation: Int, replacing replaced: UInt8, encryptedUnder opening: ProviderKeySet, card: CardDescription
    ) async throws(ProviderKeysError) -> CommandAPDU {
        // A generation is in the file before anybody learns its number.
        let keys = try keys(.own(generation: generation), card)
        let version = ProviderKeySet.ownVersion(generation: generation)
        guard
            let command = keys.putKey(
                version: version, replacing: replaced, encryptedUnder: try self.keys(opening, card))
        else { throw .invalid("PUT KEY knows the key versions 01 to 7F") }
        return command
    }

    private func keys(_ keySet: ProviderKeySet, _ card: CardDescription) throws(ProviderKeysError) -> SCP03KeySet {
        if case .agreed(let candidate) = keySet { return try agreedKeys(candidate, card) }
        let name = CardKeys(keySet: keySet, diversificationData: card.keyDiversificationData)
        return try keySets.keySet(name) { () throws(ProviderKeysError) in
            let master = try masterKey(keySet)
            do {
                return try KeyDiversification.kdf3.keySet(
                    master: master, diversificationData: card.keyDiversificationData)
            } catch {
                throw .invalid("\(error)")
            }
        }
    }

    private func masterKey(_ keySet: ProviderKeySet) throws(ProviderKeysError) -> SecretBytes {
        let ring = file.contents
        switch keySet {
        case .temporary:
            guard let key = ring.temporaryMasterKey else { throw .noTemporaryMasterKey }
            return key
        case .agreed:
            throw .noAgreedKeys
        case .own(let generation):
            guard ring.generations.indices.contains(generation) else { throw .unknownGeneration(generation) }
            return ring.generations[generation]
        }
    }
}

extension ProviderVault: CustomStringConvertible {
    public var description: String { "provider's vault, \(file.contents.generations.count) generations of own keys" }
}
