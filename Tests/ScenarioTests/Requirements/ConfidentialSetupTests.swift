import CardCryptography
import CardLink
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import ServiceProvider
import Testing
import TrustedServiceManager

@testable import KeyVault

/// A provider's initial keys through the controlling authority of the card, over the central TSM and a mobile network.
@Suite("TSM-27 Keys through the controlling authority", .serialized)
struct ConfidentialSetupTests {
    private static let authority = TestAuthority()
    private static let agreed = ProviderKeySet.agreedVersion

    /// Pre-personalized, rotated and so on as far as `steps` are waited for.
    private func provision(
        _ world: World, _ policy: ConfidentialSetupPolicy
    ) async throws -> (instance: AID, steps: [ProvisioningFlow.Step]) {
        let steps = Steps()
        let instance = try await world.flow(confidentiality: policy).run(World.order()) { await steps.add($0) }
        return (instance, await steps.all)
    }

    private actor Steps {
        private(set) var all: [ProvisioningFlow.Step] = []
        func add(_ step: ProvisioningFlow.Step) { all.append(step) }
    }

    /// Every key set that the central TSM and the mobile network have, or can derive, on this card.
    private func keySetsOfOthers(_ world: World) async throws -> [SCP03KeySet] {
        let cin = try [UInt8](hex: World.cin)
        let diversification = [0, 0] + cin
        let temporary = try #require(world.providerVault.file.contents.temporaryMasterKey)
        let masters = [temporary, world.batch.master, world.batch.issuerMaster]
        return try masters.map {
            try KeyDiversification.kdf3.keySet(master: $0, diversificationData: diversification)
        }
    }

    /// A session with the provider's SD as the provider opened it, first with the keys that are in force.
    private func lock(_ world: World, version: UInt8) throws -> Eavesdropper.Lock {
        let opening = world.eavesdropper.all.first { exchange in
            exchange.command.instruction == InitializeUpdateCommand.instruction && exchange.command.p1 == version
                && exchange.response.statusWord.isSuccess
        }
        let exchange = try #require(opening)
        return Eavesdropper.Lock(
            hostChallenge: exchange.command.data, answer: try InitializeUpdateResponse(bytes: exchange.response.data))
    }

    // MARK: Secrecy

    @Test(
        "TSM-27 nothing that central TSM and mobile network see or know opens the SD, after the setup and after rotation",
        arguments: [.embeddedWithThirdParty, .uiccWithThirdParty] as [CardConfiguration.Figure])
    func nobodyElseHasTheKeys(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure, authority: Self.authority) { world in
            try await world.enroll(Self.authority)
            let (instance, steps) = try await provision(world, .required(world.providerVault))
            #expect(steps.contains(.settingKeysConfidentially) && steps.contains(.rotatingKeys))
            #expect(try await world.selecting(instance) == .success)
            #expect(try await world.description(world.first).keyVersionNumber == 0x31)
            let known = try await keySetsOfOthers(world)
            // They do read what goes through their own session: certificate, template, point and signature.
            let plain = world.eavesdropper.opened(by: known[0])
            #expect(plain.contains { ConfidentialSetupMessage.begins($0) })
            for version in [Self.agreed, 0x31] {
                let attack = world.eavesdropper.attack(try lock(world, version: version), knowing: known)
                #expect(!attack.succeeded, "version \([version].hex)")
                #expect(attack.tried > 10_000, "\(attack.tried)")
            }
        }
    }

    @Test("the same attack finds the keys where they come under temporary ones: it is a real attack")
    func temporaryKeysAreReadable() async throws {
        try await World.tell(figure: .embeddedWithThirdParty, authority: Self.authority) { world in
            _ = try await provision(world, .never)
            let attack = world.eavesdropper.attack(
                try lock(world, version: 0x31), knowing: try await keySetsOfOthers(world))
            #expect(attack.succeeded)
        }
    }

    @Test(
        "TSM-27 after the setup nobody else's key opens the SD, and GET DATA of whatever tag on whatever SD tells no key"
    )
    func othersAreLockedOut() async throws {
        try await World.tell(figure: .embeddedWithThirdParty, authority: Self.authority) { world in
            try await world.enroll(Self.authority)
            _ = try await provision(world, .required(world.providerVault))
            var card = await world.card.card
            card.reset()
            let domain = try await world.description(world.first).securityDomain
            for keys in try await keySetsOfOthers(world) {
                for version in [0x00, 0x01, 0x2F, 0x30, 0x31] as [UInt8] {
                    #expect(throws: (any Error).self) {
                        _ = try HostSession(domain, keys: keys, keyVersion: version) { card.process($0) }
                    }
                }
            }
            // Everything that GET DATA tells of any SD, by any tag, in plain.
            let generation = try #require(world.providerVault.file.contents.generations.first)
            let own = try KeyDiversification.kdf3.keySet(
                master: generation, diversificationData: [0, 0] + (try [UInt8](hex: World.cin)))
            let secrets = [own.enc, own.mac, own.dek].map { $0.bytes.revealed() }
            var answered = 0
            for selected in [
                domain, CardConfiguration.managingCentralSecurityDomain, CardConfiguration.thirdPartySecurityDomain,
                CardConfiguration.controllingAuthoritySecurityDomain,
            ] {
                #expect(card.process(SelectCommand(selected).command).statusWord == .success)
                for tag in UInt16.min...UInt16.max {
                    let answer = card.process(GetDataCommand(tag).command)
                    guard answer.statusWord.isSuccess else { continue }
                    answered += 1
                    for secret in secrets { #expect(!answer.data.contains(secret), "\(tag) of \(selected)") }
                }
            }
            #expect(answered > 20)
        }
    }

    // MARK: Policies

    @Test(
        "a card without a controlling authority, or with one that has no keys, gets temporary keys, or none at all"
    )
    func authorityIsAbsent() async throws {
        for figure in [CardConfiguration.Figure.embedded, .embeddedWithThirdParty] {
            try await World.tell(figure: figure) { world in
                try await world.enroll(Self.authority)
                await #expect(throws: ProvisioningError.noControllingAuthority) {
                    _ = try await provision(world, .required(world.providerVault))
                }
                #expect(try await world.description(world.first).keyVersionNumber == 0x30)
                let (instance, steps) = try await provision(world, .whereAvailable(world.providerVault))
                #expect(steps.contains(.foundNoControllingAuthority) && steps.contains(.rotatingKeys))
                #expect(steps.filter { $0 == .settingKeysConfidentially }.count == 1)
                #expect(try await world.selecting(instance) == .success)
            }
        }
    }

    @Test("a card of another authority refuses the provider's certificate, twice, and is given no keys at all")
    func unknownAuthority() async throws {
        try await World.tell(figure: .embeddedWithThirdParty, authority: TestAuthority("OTHER")) { world in
            try await world.enroll(Self.authority)
            // The card refuses the provider's certificate before its own is looked at.
            await #expect(throws: ProvisioningError.confidentialSetupRefused(.referencedDataNotFound)) {
                _ = try await provision(world, .whereAvailable(world.providerVault))
            }
            #expect(try await world.description(world.first).keyVersionNumber == 0x30)
        }
    }

    @Test("the keys agreed on are forgotten when the provider's own have proven to be on the card")
    func agreedKeysAreForgotten() async throws {
        try await World.tell(figure: .embeddedWithThirdParty, authority: Self.authority) { world in
            try await world.enroll(Self.authority)
            _ = try await provision(world, .required(world.providerVault))
            #expect(world.providerVault.file.contents.confidentialSetup.candidates.isEmpty)
            #expect(try await world.description(world.first).keyVersionNumber == 0x31)
        }
    }

    @Test("rotation, personalization and activation follow in one request where that is asked for")
    func combined() async throws {
        try await World.tell(figure: .uiccWithThirdParty, authority: Self.authority) { world in
            try await world.enroll(Self.authority)
            let steps = Steps()
            let instance = try await world.flow(confidentiality: .required(world.providerVault))
                .run(World.order(isCombined: true)) { await steps.add($0) }
            #expect(await steps.all.contains(.provisioningCombined))
            #expect(try await world.selecting(instance) == .success)
        }
    }

    @Test("a card that draws random challenges is set up all the same")
    func randomChallenges() async throws {
        try await World.tell(
            implementation: 0x60, figure: .embeddedWithThirdParty, authority: Self.authority
        ) { world in
            try await world.enroll(Self.authority)
            let (instance, steps) = try await provision(world, .required(world.providerVault))
            #expect(steps.contains(.settingKeysConfidentially))
            #expect(try await world.selecting(instance) == .success)
        }
    }

    // MARK: Interruptions

    @Test("TSM-27 the setup converges wherever it is cut, and nobody but the provider has the keys afterwards")
    func cuts() async throws {
        let enrolled = try await World(figure: .embeddedWithThirdParty, authority: Self.authority)
        try await enrolled.enroll(Self.authority)
        let prepared = await enrolled.snapshot()
        let window = try await apdusOfTheSetup(prepared)
        #expect(window.count > 15)
        let cuts = Sweep.cuts(window)
        let struck = try await Sweep.run(cuts, from: prepared) { world, cut in try await check(world, cut) }
        print("swept \(cuts.count) cut points (\(struck) struck) of the confidential setup")
        #expect(struck == cuts.count)
    }

    /// The APDUs of an uncut run, from the request for the authority's certificate until the provider's keys are in.
    private func apdusOfTheSetup(_ prepared: WorldSnapshot) async throws -> Range<Int> {
        let bounds = Bounds()
        let world = try await World(from: prepared)
        _ = try await world.flow(confidentiality: .required(world.providerVault)).run(World.order()) { step in
            if step == .settingKeysConfidentially { await bounds.setLower(world.guillotine.apdus) }
            if step == .personalizing { await bounds.setUpper(world.guillotine.apdus) }
        }
        await world.tearDown()
        return await bounds.lower..<bounds.upper
    }

    private actor Bounds {
        private(set) var lower = 0
        private(set) var upper = 0
        func setLower(_ value: Int) { lower = value }
        func setUpper(_ value: Int) { upper = value }
    }

    private func check(_ world: World, _ cut: Cut) async throws {
        do {
            let (instance, _) = try await provision(world, .required(world.providerVault))
            #expect(try await world.selecting(instance) == .success, "\(cut)")
            let card = try await world.description(world.first)
            #expect(card.keyVersionNumber == 0x31, "\(cut)")
            let inventory = await world.card.card.inventory
            let domain = try #require(inventory.applications.first { $0.aid == card.securityDomain })
            #expect(domain.keys.map(\.version) == ["31"], "\(cut)")
            var copy = await world.card.card
            copy.reset()
            for keys in try await keySetsOfOthers(world) {
                #expect(throws: (any Error).self, "\(cut)") {
                    _ = try HostSession(card.securityDomain, keys: keys) { copy.process($0) }
                }
            }
        } catch {
            Issue.record("\(cut): \(error)")
        }
    }
}
