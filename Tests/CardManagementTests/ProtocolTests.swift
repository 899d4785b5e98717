import CardCryptography
import CardManagement
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@Suite("Either Secure Channel Protocol")
struct ProtocolTests {
    /// A card that tells what it speaks and answers every command.
    private static func card(_ scp02: UInt8?) -> OddCard {
        let implementation = scp02.flatMap(SCP02Implementation.init(rawValue:))
        let information = FileControlInformation.securityDomain(
            OddCard.securityDomain,
            recognition: CardRecognitionData(secureChannels: [
                .init(identifier: scp02 == nil ? 0x03 : 0x02, implementation: scp02 ?? 0x60)
            ]))
        return OddCard(selection: ResponseAPDU(.success, data: information.bytes), scp02: implementation) { command in
            switch command.instruction {
            case GetStatusCommand.instruction: ResponseAPDU(.referencedDataNotFound)
            case PutKeyCommand.instruction:
                (try? PutKeyCommand(command)).map { ResponseAPDU(.success, data: $0.response) }
                    ?? ResponseAPDU(.incorrectData)
            default: ResponseAPDU(.success, data: command.instruction == 0xCA ? [1, 2, 3] : [])
            }
        }
    }

    private static func manager(_ card: OddCard, _ material: CardKeyMaterial) -> CardManager {
        CardManager(channel: card, keys: FixedKeySource(material), random: SeededRandomSource(seed: 3))
    }

    @Test(
        "is taken as the card answers, at every level that its parameter offers",
        arguments: [nil, 0x15, 0x55, 0x04, 0x05, 0x14, 0x35, 0x75] as [UInt8?])
    func levels(_ scp02: UInt8?) async throws {
        let implementation = scp02.flatMap(SCP02Implementation.init(rawValue:))
        for level in SecurityLevel.allCases {
            let card = Self.card(scp02)
            let offered =
                implementation.map { scp02 in SCP02SecurityLevel(level).map(scp02.supports) ?? false } ?? true
            guard offered else {
                await #expect(throws: CardManagementError.self) {
                    _ = try await card.manager().open(SessionRequest(level: level))
                }
                continue
            }
            var session = try await card.manager().open(SessionRequest(level: level))
            let answer = try await session.transmit(GetDataCommand.cardData.command)
            #expect(answer == ResponseAPDU(.success, data: [1, 2, 3]))
            let spoken = session.secureChannelProtocol
            #expect(spoken == (scp02 == nil ? 0x03 : 0x02))
            _ = try await session.registry()
        }
    }

    @Test("is opened at its strongest level unless another is asked for")
    func strongest() async throws {
        let cases: [(UInt8?, SecurityLevel)] = [
            (nil, .full), (0x15, .commandMACAndDecryption), (0x55, .commandMACAndDecryption),
            (0x75, .macBothWaysAndDecryption),
        ]
        for (scp02, expected) in cases {
            let session = try await Self.card(scp02).manager().open(SessionRequest())
            let level = session.level
            #expect(level == expected)
        }
    }

    @Test("SCP02: keys that do not fit are explained, and EXTERNAL AUTHENTICATE is not sent")
    func wrongKeys() async throws {
        let keys = OddCard.keys
        let other = BenchCard.keySet(0x77)
        let cases: [(CardKeyMaterial, WrongKeys.Finding)] = [
            (CardKeyMaterial(other), .otherKeys),
            (try CardKeyMaterial(enc: keys.enc.bytes, mac: other.mac.bytes, dek: keys.dek.bytes), .macKeyDiffers),
            (try CardKeyMaterial(repeating: other.enc.bytes, diversification: .emv), .otherKeys),
        ]
        for (material, finding) in cases {
            let card = Self.card(0x55)
            let error = await #expect(throws: CardManagementError.self) {
                _ = try await Self.manager(card, material).open(SessionRequest())
            }
            guard case .wrongKeys(let found) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(found.finding == finding)
            #expect(found.secureChannelProtocol == 0x02)
        }
        await #expect(throws: CardManagementError.secureChannel(.scp02KeySet(.keyLength(found: 32)))) {
            _ = try await Self.manager(Self.card(0x15), CardKeyMaterial(BenchCard.keySet(1, count: 32)))
                .open(SessionRequest())
        }
    }

    @Test("SCP02 with random challenges: a wrong Key-MAC shows only when the card refuses, and the error says so")
    func unprovenKey() async throws {
        let keys = OddCard.keys
        let material = try CardKeyMaterial(
            enc: keys.enc.bytes, mac: BenchCard.keySet(0x77).mac.bytes, dek: keys.dek.bytes)
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await Self.manager(Self.card(0x15), material).open(SessionRequest())
        }
        guard case .cardRefused(let refusal) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.command == "EXTERNAL AUTHENTICATE")
        #expect(refusal.description.contains("compare Key-MAC"))
    }

    @Test("SCP02: master keys are diversified by the schemes of its age", arguments: [KeyDiversification.emv, .visa2])
    func diversified(_ diversification: KeyDiversification) async throws {
        let material = try CardKeyMaterial(
            repeating: SecretBytes([UInt8](0x61...0x70)), diversification: diversification)
        let keys = try material.scp02Keys(diversificationData: BenchCard.diversificationData)
        #expect(keys.enc != keys.mac)
        let derived = try material.derived(diversificationData: BenchCard.diversificationData)
        #expect(derived == CardKeyMaterial(keys))
    }

    @Test("puts keys of its own kind, or of the other where that is asked for")
    func putKeys() async throws {
        let new = CardKeyMaterial(BenchCard.keySet(0x50))
        let cases: [(UInt8?, ChannelKeyAlgorithm?, KeyType)] = [
            (nil, nil, .aes), (0x15, nil, .des), (0x15, .aes, .aes), (nil, .tripleDES, .des),
        ]
        for (scp02, algorithm, type) in cases {
            let card = Self.card(scp02)
            var session = try await card.manager().open(SessionRequest())
            try await session.putKeys(new, version: 0x30, algorithm: algorithm)
            let command = try PutKeyCommand(try #require(card.commands.last))
            #expect(command.keys.count == 3)
            #expect(command.keys.allSatisfy { $0.components.map(\.type) == [type] })
            let value = type == .aes ? try AESKey(new.enc).keyCheckValue : try TripleDESKey(new.enc).keyCheckValue
            #expect(command.keys[0].keyCheckValue == value)
        }
    }

    @Test("public keys of every length arrive whole, chained where they are long")
    func publicKeys() async throws {
        let keys: [SingleKey] = [
            SingleKey(.rsa(RSAPrivateKey.generate(bitCount: 1024).publicKey)),
            SingleKey(.rsa(RSAPrivateKey.generate(bitCount: 3072).publicKey)),
            SingleKey(.ec(ECPrivateKey.generate(.p256).publicKey)),
            SingleKey(.ec(ECPrivateKey.generate(.p521).publicKey)),
        ]
        for scp02: UInt8? in [nil, 0x55] {
            for key in keys {
                let card = Self.card(scp02)
                var session = try await card.manager().open(SessionRequest())
                try await session.putKey(key, version: .dapVerification, identifier: .signature)
                let command = try PutKeyCommand(try #require(card.commands.last))
                let types = command.keys[0].components.map(\.type)
                switch key {
                case .rsaPublic(let modulus, let exponent):
                    #expect(types == [.rsaModulus, .rsaPublicExponent])
                    #expect(command.keys[0].components.map(\.data) == [modulus, exponent])
                case .ecPublic(let point, let curve):
                    #expect(types == [.eccPublicKey, .eccParametersReference])
                    #expect(command.keys[0].components.map(\.data) == [point, [curve]])
                default: Issue.record("a secret key")
                }
                #expect(command.keys[0].keyCheckValue.isEmpty)
            }
        }
    }
}
