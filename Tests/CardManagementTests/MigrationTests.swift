import CardCryptography
import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("A card with keys for both protocols")
struct MigrationTests {
    private static let older = CardKeyMaterial(BenchCard.keySet(0x70))
    private static let newer = CardKeyMaterial(BenchCard.keySet(0x90, count: 32))
    private static let request = SessionRequest(keyVersion: 0x20)

    /// A card whose only key set, version 20, is of Triple DES.
    private static func card(_ scp02: UInt8 = 0x55) async throws -> BenchCard {
        let card = BenchCard(scp02: scp02)
        _ = try await card.manager().rotate(rotation(from: 1, to: 0x20, older, .tripleDES))
        card.forgetCommands()
        return card
    }

    private static func rotation(
        from old: KeyVersionNumber, to new: KeyVersionNumber, _ keys: CardKeyMaterial, _ algorithm: ChannelKeyAlgorithm
    ) -> KeyRotation {
        var rotation = KeyRotation(from: old, to: new, newKeys: keys)
        rotation.algorithm = algorithm
        return rotation
    }

    @Test(
        "speaks SCP02 with keys of Triple DES: list, install, personalize, delete",
        arguments: [UInt8(0x04), 0x05, 0x14, 0x15, 0x16, 0x17, 0x34, 0x35, 0x55, 0x75])
    func older(_ scp02: UInt8) async throws {
        let card = try await Self.card(scp02)
        let manager = card.manager(keys: FixedKeySource(Self.older))
        for level in [SecurityLevel.commandMAC, .commandMACAndDecryption, .macBothWays, .macBothWaysAndDecryption] {
            guard let implementation = SCP02Implementation(rawValue: scp02),
                SCP02SecurityLevel(level).map(implementation.supports) == true
            else { continue }
            var request = Self.request
            request.level = level
            _ = try await manager.install(try Packages.plan(), in: request)
            var session = try await manager.open(request)
            let spoken = session.secureChannelProtocol
            #expect(spoken == 0x02)
            try await session.delete(Packages.aid, withRelated: true)
            let registry = try await session.registry()
            #expect(registry.loadFile(Packages.aid) == nil)
        }
        let report = try await manager.report()
        #expect(report.implementations(ofProtocol: 0x02) == [scp02])
    }

    @Test("moves from SCP02 to SCP03 at every cut, and back")
    func migration() async throws {
        let forth = Self.rotation(from: 0x20, to: 0x30, Self.newer, .aes)
        let undisturbed = try await Self.card()
        _ = try await undisturbed.manager(keys: FixedKeySource(Self.older)).rotate(forth)
        let count = undisturbed.commands.count
        for index in 0..<count {
            for moment in PowerCut.Moment.allCases {
                let card = try await Self.card()
                await card.card.cutPower(PowerCut(moment, commandsBefore: index))
                let outcome = try await card.manager(keys: FixedKeySource(Self.older)).rotate(forth)
                #expect(outcome.reconnections == 1)
                let session = try await card.manager(keys: FixedKeySource(Self.newer)).open(SessionRequest())
                let (version, spoken) = (session.keyVersion, session.secureChannelProtocol)
                #expect(version == 0x30 && spoken == 0x03)
            }
        }
        #expect(count >= 30)
        let back = Self.rotation(from: 0x30, to: 0x20, Self.older, .tripleDES)
        _ = try await undisturbed.manager(keys: FixedKeySource(Self.newer)).rotate(back)
        let session = try await undisturbed.manager(keys: FixedKeySource(Self.older)).open(SessionRequest())
        let spoken = session.secureChannelProtocol
        #expect(spoken == 0x02)
    }

    @Test("explains keys that do not fit in either protocol, and finds those that do")
    func explained() async throws {
        let card = try await Self.card()
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(keys: FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x11)))).open(Self.request)
        }
        guard case .wrongKeys(let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.secureChannelProtocol == 0x02)
        #expect(card.count(of: ExternalAuthenticateCommand.instruction) == 0)
        var session = try await card.manager(keys: FixedKeySource(Self.older)).open(Self.request)
        try await session.putKeys(Self.newer, version: 0x30, algorithm: .aes)
        let matches = try await card.manager().search(for: [Self.older, Self.newer])
        #expect(matches.map(\.keyVersion) == [0x20, 0x30])
        #expect(matches.map(\.secureChannelProtocol) == [0x02, 0x03])
        #expect(matches.map(\.materialIndex) == [0, 1])
    }

    @Test("takes public keys of both kinds, and verifies what they sign", arguments: [true, false])
    func publicKeys(_ isRSA: Bool) async throws {
        let key: SignatureKey =
            isRSA ? .rsa(RSAPrivateKey.generate(bitCount: 2048)) : .ec(ECPrivateKey.generate(.p256))
        let card = BenchCard(.embeddedWithThirdParty)
        let mandating = CardConfiguration.mandatedDAPSecurityDomain
        var session = try await card.manager().open(SessionRequest(securityDomain: mandating))
        try await session.putKey(
            SingleKey(key.verificationKey), version: .dapVerification, identifier: .signature)
        let listed = try await session.keyInformation()
        #expect(listed.contains { $0.version == .dapVerification })
        var plan = try Packages.plan()
        try plan.sign(for: mandating, with: key)
        _ = try await card.manager().install(
            plan, in: SessionRequest(securityDomain: CardConfiguration.managingCentralSecurityDomain))
    }
}
