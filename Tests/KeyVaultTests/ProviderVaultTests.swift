import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import ServiceProvider
import Testing
import TrustedServiceManager

@testable import KeyVault

@Suite("A service provider's vault")
struct ProviderVaultTests {
    let folder = VaultFolder()
    let card = CardDescription(
        securityDomain: "F053454E4553484100", keyVersionNumber: 0x30, keyDiversificationData: Array(0..<10),
        sequenceCounter: 4, implementation: 0x70)
    let challenge: [UInt8] = Array(repeating: 0x11, count: 8)

    /// Registers with a central TSM's vault, as over the wire.
    private func register(_ provider: ProviderVault, with central: SealedVault) async throws -> MasterKeyIndex {
        let index = try await central.createMasterKey(label: "temporary keys of Harbour Bank")
        let wrapped = try await central.wrappedMasterKey(index, underTransportKey: try provider.transportKey())
        try await provider.importTemporaryMasterKey(wrapped: wrapped)
        return index
    }

    @Test("opens the temporary key set just as the central TSM does, one counter value on")
    func temporaryKeys() async throws {
        let (central, provider) = (try folder.open(), try folder.openProvider())
        let index = try await register(provider, with: central)
        let own = try await provider.forecast(.temporary, card: card, hostChallenge: challenge, commands: [])
        let theirs = try await central.forecast(
            ForecastRequest(
                keys: .of(index, version: 0x30), securityDomain: card.securityDomain, implementation: 0x70,
                sequenceCounter: 5, hostChallenge: challenge, level: .full, commands: []))
        #expect(own.script == theirs.script)
    }

    @Test("rotates in keys that the central TSM has never seen, under the DEK that it knows (TSM-20)")
    func rotation() async throws {
        let (central, provider) = (try folder.open(), try folder.openProvider())
        let index = try await register(provider, with: central)
        let generation = try await provider.currentGeneration()
        #expect(generation == 0)
        let command = try PutKeyCommand(
            await provider.putKey(generation: 0, replacing: 0x30, encryptedUnder: .temporary, card: card))
        #expect(command.replacedVersion == 0x30)
        #expect(command.newVersion == 0x31)
        let theirs = try PutKeyCommand(
            await central.putKey(.of(index, version: 0x31), replacing: 0x30, encryptedUnder: .of(index, version: 0x30)))
        #expect(command.keys.map(\.keyCheckValue) != theirs.keys.map(\.keyCheckValue))

        var rotated = card
        rotated.keyVersionNumber = 0x31
        rotated.sequenceCounter = 0
        let own = try await provider.forecast(
            .own(generation: 0), card: rotated, hostChallenge: challenge, commands: [])
        let temporary = try await provider.forecast(.temporary, card: rotated, hostChallenge: challenge, commands: [])
        #expect(own.script != temporary.script)
    }

    @Test("keeps transport key, temporary key and own keys across closing and opening")
    func reopening() async throws {
        let (central, first) = (try folder.open(), try folder.openProvider())
        _ = try await register(first, with: central)
        _ = try await first.currentGeneration()
        #expect(try await first.startGeneration() == 1)
        let pem = try first.transportKey()
        let rotation = try await first.putKey(generation: 1, replacing: 0x30, encryptedUnder: .temporary, card: card)
        first.close()
        let second = try folder.openProvider()
        #expect(try second.transportKey() == pem)
        #expect(try await second.currentGeneration() == 1)
        #expect(
            try await second.putKey(generation: 1, replacing: 0x30, encryptedUnder: .temporary, card: card) == rotation)
        await #expect(throws: ProviderKeysError.unknownGeneration(2)) {
            try await second.putKey(generation: 2, replacing: 0x30, encryptedUnder: .temporary, card: card)
        }
    }

    @Test("makes the first generation once, however many ask at the same time")
    func firstGeneration() async throws {
        let provider = try folder.openProvider()
        let generations = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 { group.addTask { try await provider.currentGeneration() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(generations == [0])
    }

    @Test("ends generations where the key versions end")
    func lastGeneration() async throws {
        let provider = try folder.openProvider()
        for generation in 0..<ProviderKeySet.generationsMax {
            #expect(try await provider.startGeneration() == generation)
        }
        await #expect(throws: ProviderKeysError.self) { try await provider.startGeneration() }
        #expect(ProviderKeySet.ownVersion(generation: ProviderKeySet.generationsMax - 1) == 0x7F)
    }

    @Test("takes in one temporary master key, encrypted for itself")
    func temporaryMasterKey() async throws {
        let (central, provider) = (try folder.open(), try folder.openProvider())
        await #expect(throws: ProviderKeysError.noTemporaryMasterKey) {
            _ = try await provider.forecast(.temporary, card: card, hostChallenge: challenge, commands: [])
        }
        let index = try await register(provider, with: central)
        let again = try await central.wrappedMasterKey(index, underTransportKey: try provider.transportKey())
        try await provider.importTemporaryMasterKey(wrapped: again)
        await #expect(throws: ProviderKeysError.invalid("the vault has another temporary master key already")) {
            _ = try await register(provider, with: central)
        }
        var altered = again
        altered[10] ^= 1
        await #expect(throws: ProviderKeysError.self) { try await provider.importTemporaryMasterKey(wrapped: altered) }
        let stranger = try TransportPublicKey(pem: try provider.transportKey()).encrypt(.random(count: 16))
        await #expect(throws: ProviderKeysError.invalid("the temporary master key has 16 bytes instead of 32")) {
            try await provider.importTemporaryMasterKey(wrapped: stranger)
        }
    }

    @Test("is not a central TSM's vault, nor the other way round")
    func kinds() throws {
        try folder.openProvider().close()
        let path = folder.path + "/keys/sp.vault"
        #expect(throws: VaultError.otherKind(path: path)) {
            try SealedVault.open(at: path, unlock: .keyFile(folder.keyFile))
        }
    }
}
