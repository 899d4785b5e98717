import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import ServiceProvider

/// A provider's keys in memory, and a card whose central SD plays the provider's: version 01 is the temporary key set.
struct TestKeys: ProviderKeys {
    static let diversification: [UInt8] = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    let temporary: SCP03KeySet
    let own: [SCP03KeySet]

    init() throws {
        func keySet(_ seed: UInt8) throws -> SCP03KeySet {
            try KeyDiversification.kdf3.keySet(
                master: SecretBytes([UInt8](repeating: seed, count: 32)), diversificationData: Self.diversification)
        }
        temporary = try keySet(1)
        own = [try keySet(2), try keySet(3)]
    }

    func card(_ implementation: UInt8) throws -> (SecureElement, CardDescription) {
        guard let parameter = SCP03Implementation(rawValue: implementation) else {
            throw ProviderKeysError.invalid("implementation")
        }
        let element = SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                keyDiversificationData: Self.diversification, implementation: parameter)
        ) { _ in temporary }
        return (
            element,
            CardDescription(
                securityDomain: CardConfiguration.issuerSecurityDomain, keyVersionNumber: 0x01,
                keyDiversificationData: Self.diversification, sequenceCounter: 0, implementation: implementation)
        )
    }

    func forecast(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03Forecast {
        do {
            guard let parameter = SCP03Implementation(rawValue: card.implementation),
                let counter = SequenceCounter(rawValue: card.sequenceCounter)?.next
            else { throw ProviderKeysError.invalid("card") }
            return try SCP03Forecast(
                keys: try keys(keySet), hostChallenge: hostChallenge,
                card: SCP03Forecast.ExpectedCard(
                    keyVersionNumber: card.keyVersionNumber, implementation: parameter, sequenceCounter: counter,
                    invoker: card.securityDomain), level: .full, commands: commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    func script(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], opening: [UInt8],
        commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03AnsweredScript {
        do {
            return try SCP03AnsweredScript(
                keys: try keys(keySet), hostChallenge: hostChallenge,
                answer: try InitializeUpdateResponse(bytes: opening), level: .full, commands: commands)
        } catch {
            throw .invalid("\(error)")
        }
    }

    func putKey(
        generation: Int, replacing replaced: UInt8, encryptedUnder opening: ProviderKeySet, card: CardDescription
    ) async throws(ProviderKeysError) -> CommandAPDU {
        let (new, dek) = (try keys(.own(generation: generation)), try keys(opening))
        guard let old = KeyVersionNumber(rawValue: replaced),
            let version = KeyVersionNumber(rawValue: ProviderKeySet.ownVersion(generation: generation))
        else { throw .invalid("version") }
        return PutKeyCommand(
            replacing: old, newVersion: version, firstIdentifier: .encryption,
            keys: [new.enc, new.mac, new.dek].map { key in
                KeyDataField.aes(
                    ciphertext: dek.encryptKey(key), clearLength: key.size.rawValue, keyCheckValue: key.keyCheckValue)
            }
        ).command
    }

    func currentGeneration() async throws(ProviderKeysError) -> Int { 0 }

    private func keys(_ keySet: ProviderKeySet) throws(ProviderKeysError) -> SCP03KeySet {
        switch keySet {
        case .temporary: return temporary
        case .agreed: throw .noAgreedKeys
        case .own(let generation):
            guard own.indices.contains(generation) else { throw .unknownGeneration(generation) }
            return own[generation]
        }
    }
}
