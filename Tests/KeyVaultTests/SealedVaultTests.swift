import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing
import TrustedServiceManager

@testable import KeyVault

@Suite("The central TSM's vault")
struct SealedVaultTests {
    let folder = VaultFolder()
    /// Stands in for a manufacturer: what it unwraps is all that it knows of a master key.
    static let manufacturer = TransportKeyPair.generate(bitCount: 2048)

    private func master(_ index: MasterKeyIndex, _ vault: SealedVault) async throws -> SecretBytes {
        try Self.manufacturer.decrypt(
            await vault.wrappedMasterKey(index, underTransportKey: Self.manufacturer.publicKey.pem))
    }

    private func keySet(_ reference: KeyReference, _ vault: SealedVault) async throws -> SCP03KeySet {
        try KeyDiversification.kdf3.keySet(
            master: try await master(reference.masterKeyIndex, vault),
            diversificationData: reference.keyDiversificationData)
    }

    private func request(
        _ keys: KeyReference, implementation: UInt8 = 0x70, counter: UInt32 = 5, challenge: Int = 8,
        level: SecurityLevel = .full
    ) -> ForecastRequest {
        ForecastRequest(
            keys: keys, securityDomain: "A000000151000000", implementation: implementation, sequenceCounter: counter,
            hostChallenge: Array(repeating: 0x5A, count: challenge), level: level,
            commands: [SelectCommand("A000000151000000").command])
    }

    @Test("makes master keys of 256 random bits, which leave it under a transport key only")
    func masterKeys() async throws {
        let vault = try folder.open()
        let (first, second) = (try await vault.createMasterKey(label: "a"), try await vault.createMasterKey(label: "b"))
        #expect(first != second)
        let keys = [try await master(first, vault), try await master(second, vault)]
        #expect(keys.map(\.count) == [32, 32])
        #expect(keys[0] != keys[1])
        #expect(try await master(first, vault) == keys[0])
        await #expect(throws: KeyServiceError.unknownMasterKey(MasterKeyIndex(rawValue: 3))) {
            try await vault.wrappedMasterKey(
                MasterKeyIndex(rawValue: 3), underTransportKey: Self.manufacturer.publicKey.pem)
        }
    }

    @Test("wraps for RSA keys of 2048 bits and more only", arguments: ["", "no PEM", weakKey, ellipticKey])
    func transportKeys(_ pem: String) async throws {
        let vault = try folder.open()
        let index = try await vault.createMasterKey(label: "a")
        do {
            _ = try await vault.wrappedMasterKey(index, underTransportKey: pem)
            Issue.record("it was wrapped")
        } catch {
            guard case .invalidTransportKey = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("bounds the label of a master key")
    func labels() async throws {
        let vault = try folder.open()
        let longest = String(repeating: "x", count: MasterKeyRing.labelBytesMax)
        _ = try await vault.createMasterKey(label: longest)
        await #expect(throws: KeyServiceError.invalid("a label has 200 bytes at most")) {
            try await vault.createMasterKey(label: longest + "x")
        }
    }

    @Test("forecasts with the keys that KDF3 gives for the card")
    func forecast() async throws {
        let vault = try folder.open()
        let index = try await vault.createMasterKey(label: "batch")
        let keys = KeyReference.of(index, version: 0x01)
        let forecast = try await vault.forecast(request(keys))
        let expected = try SCP03Forecast(
            keys: await keySet(keys, vault), hostChallenge: Array(repeating: 0x5A, count: 8),
            card: SCP03Forecast.ExpectedCard(
                keyVersionNumber: 1, implementation: try #require(SCP03Implementation(rawValue: 0x70)),
                sequenceCounter: try #require(SequenceCounter(rawValue: 5)), invoker: "A000000151000000"),
            level: .full, commands: [SelectCommand("A000000151000000").command])
        #expect(forecast.script == expected.script)
        let other = try await vault.forecast(request(.of(index, data: Array(1..<11))))
        #expect(other.script != expected.script)
    }

    @Test("refuses a forecast that cannot be, naming what is wrong with it")
    func refusals() async throws {
        let vault = try folder.open()
        let index = try await vault.createMasterKey(label: "batch")
        let keys = KeyReference.of(index)
        func error(_ request: ForecastRequest) async -> KeyServiceError? {
            do {
                _ = try await vault.forecast(request)
                return nil
            } catch {
                return error
            }
        }
        #expect(await error(request(keys)) == nil)
        #expect(await error(request(keys, challenge: 16)) == .invalid("the host challenge has 8 bytes, found 16"))
        #expect(await error(request(keys, implementation: 0x02)) == .invalid("SCP03 has no implementation 02"))
        #expect(
            await error(request(keys, implementation: 0x60))
                == .invalid("a forecast needs pseudo-random card challenges, not i=60"))
        #expect(await error(request(keys, counter: 0xFF_FFFF)) == nil)
        #expect(
            await error(request(keys, counter: 0x100_0000))
                == .invalid("the sequence counter 16777216 has more than three bytes"))
        #expect(
            await error(request(.of(index, data: [1, 2, 3])))
                == .invalid("key diversification data has 10 bytes, found 3"))
        #expect(
            await error(request(.of(MasterKeyIndex(rawValue: 9)))) == .unknownMasterKey(MasterKeyIndex(rawValue: 9)))
        #expect(await error(request(keys, level: .commandMAC)) != nil)
    }

    @Test("computes the rest of a script from a card's random challenge, for a card that proves the keys")
    func answeredScript() async throws {
        let vault = try folder.open()
        let index = try await vault.createMasterKey(label: "batch")
        let request = request(.of(index), implementation: 0x60)
        func answer(_ keys: SCP03KeySet, version: UInt8 = 1) throws -> (SCP03CardHandshake, [UInt8]) {
            let handshake = try SCP03CardHandshake(
                CommandAPDU(0x80, 0x50, version, 0x00, data: request.hostChallenge, expectedLength: 256), keys: keys,
                keyVersionNumber: version,
                implementation: SCP03Implementation(
                    mode: .s8, isPseudoRandom: false, responseSecurity: .macAndEncryption),
                keyDiversificationData: request.keys.keyDiversificationData,
                challenge: .random(Array(repeating: 0xC4, count: 8)))
            return (handshake, handshake.response.data)
        }
        let (handshake, opening) = try answer(await keySet(request.keys, vault))
        let script = try await vault.script(request, opening: opening)
        var session = try handshake.authenticate(script.script[0])
        #expect(try session.unwrap(script.script[1]) == request.commands[0])

        let (_, stranger) = try answer(.random(.aes256))
        let (_, otherVersion) = try answer(await keySet(request.keys, vault), version: 2)
        for (bytes, error) in [
            (stranger, "the card does not hold these keys"),
            (otherVersion, "asked for key version 01, the card reports 02"),
        ] {
            await #expect(throws: KeyServiceError.invalid(error)) {
                _ = try await vault.script(request, opening: bytes)
            }
        }
        await #expect(throws: KeyServiceError.self) {
            _ = try await vault.script(request, opening: Array(opening.dropLast()))
        }
    }

    @Test("makes a PUT KEY whose three keys open under the DEK of the session's key set, with their check values")
    func putKey() async throws {
        let vault = try folder.open()
        let (batch, temporary) = (
            try await vault.createMasterKey(label: "batch"), try await vault.createMasterKey(label: "temporary")
        )
        let (opening, new) = (KeyReference.of(batch), KeyReference.of(temporary, version: 0x30))
        let command = try PutKeyCommand(await vault.putKey(new, replacing: nil, encryptedUnder: opening))
        #expect(command.replacedVersion == nil)
        #expect(command.newVersion == 0x30)
        #expect(command.firstIdentifier == .encryption)
        let expected = try await keySet(new, vault)
        let dek = try await keySet(opening, vault)
        for (field, key) in zip(command.keys, [expected.enc, expected.mac, expected.dek]) {
            let aes = try #require(field.aesKey)
            #expect(aes.clearLength == 32)
            #expect(try dek.decryptKey(aes.ciphertext, size: .aes256) == key)
            #expect(field.keyCheckValue == key.keyCheckValue)
        }
        #expect(command.keys.count == 3)
        #expect(
            try PutKeyCommand(await vault.putKey(new, replacing: 0x30, encryptedUnder: opening)).replacedVersion == 0x30
        )
        for (version, replaced) in [(UInt8(0), UInt8?.none), (0x80, nil), (0xFF, nil), (0x30, 0x80)] {
            await #expect(throws: KeyServiceError.invalid("PUT KEY knows the key versions 01 to 7F")) {
                try await vault.putKey(.of(temporary, version: version), replacing: replaced, encryptedUnder: opening)
            }
        }
    }

    @Test("seals data at rest: another place, an altered byte and another vault do not open it")
    func sealing() async throws {
        let vault = try folder.open()
        for plain in [[], [0x42], Array(repeating: UInt8(7), count: 100_000)] {
            let sealed = try await vault.seal(plain, context: "execution 1")
            #expect(sealed.count == plain.count + 29)
            #expect(try await vault.unseal(sealed, context: "execution 1") == plain)
            #expect(try await vault.seal(plain, context: "execution 1") != sealed)
        }
        let sealed = try await vault.seal([1, 2, 3], context: "execution 1")
        await #expect(throws: KeyServiceError.sealBroken(context: "execution 2")) {
            try await vault.unseal(sealed, context: "execution 2")
        }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x80
            await #expect(throws: KeyServiceError.sealBroken(context: "execution 1")) {
                try await vault.unseal(altered, context: "execution 1")
            }
        }
        for count in 0..<sealed.count {
            await #expect(throws: KeyServiceError.sealBroken(context: "execution 1")) {
                try await vault.unseal(Array(sealed.prefix(count)), context: "execution 1")
            }
        }
        let other = VaultFolder()
        await #expect(throws: KeyServiceError.sealBroken(context: "execution 1")) {
            try await other.open().unseal(sealed, context: "execution 1")
        }
    }
}

/// `openssl genrsa 1024`, its public half.
private let weakKey = """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+ypucmIdql1ukQtNAE/TOmEIR
    MuCYSoaljpMSfd3ip3YLRNhAHHSZIRhshEy1GZIxopfStSnx7DFM02ok6ik1nn26
    LrRdQsx4SoN5WaByFKXhZYAwoc8u5mBikJrk63ctEyD0h9xIfOORJhzr2FFzkr6z
    t+jKUSs22LRXOsLn/wIDAQAB
    -----END PUBLIC KEY-----
    """

/// `openssl ecparam -name prime256v1 -genkey`, its public half.
private let ellipticKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ4oNMJSTNGMjjGcGprb1ltH5Cg+f
    mqTfiEyddj0nw0A8lYTFcRy6R6QERqqcn4mjATZnbOgmNnyyuZSCYKJbwA==
    -----END PUBLIC KEY-----
    """
