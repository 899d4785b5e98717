import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("The card on the main road")
struct MainRoadTests {
    @Test("TSM-14 TSM-19 pre-personalization makes the SP SD, and the instance moves from the central SD to it")
    func prePersonalization() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([TestCard.createDomain(TestCard.domain), TestCard.instantiate(TestCard.instance)]))
        #expect(try status(&card, TestCard.instance)?.securityDomain == TestCard.central)
        try card.expectSuccess(
            card.manage([
                InstallCommand.forExtradition(
                    .init(securityDomain: TestCard.domain, object: TestCard.instance)
                ).command
            ]))
        let entry = try status(&card, TestCard.instance)
        #expect(entry?.securityDomain == TestCard.domain)
        #expect(entry?.applicationLifeCycle == .installed)
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .fileNotFound)
    }

    @Test("TSM-13 after personalization and make selectable the application answers SELECT, and PPSE lists it (TSM-31)")
    func personalizationAndActivation() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.rotateKeys()
        try card.expectSuccess(
            card.manage(TestCard.personalize(TestCard.instance), in: TestCard.domain, keys: TestCard.providerKeys))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .fileNotFound)
        try card.expectSuccess(
            card.manage([InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command]))
        let selection = card.transmit(SelectCommand(TestCard.instance).command)
        #expect(selection.statusWord == .success)
        let directory = card.transmit(SelectCommand(CardConfiguration.paymentSystemEnvironment).command)
        #expect(directory.data.hex.contains(TestCard.instance.bytes.hex))
    }

    @Test(
        "TSM-20 after the provider's PUT KEY the old keys and the central SD's open nothing, but the central SD locks")
    func rotation() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.rotateKeys()
        for keys in [TestCard.temporaryKeys, TestCard.centralKeys] {
            #expect(throws: SecureChannelError.self) {
                _ = try HostSession(TestCard.domain, keys: keys) { card.element.process($0) }
            }
        }
        try card.expectSuccess(
            card.manage(TestCard.personalize(TestCard.instance), in: TestCard.domain, keys: TestCard.providerKeys))
        try card.expectSuccess(
            card.manage([
                InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
                SetStatusCommand.lock(TestCard.instance).command,
            ]))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .fileNotFound)
        // What the central SD locked the provider cannot unlock; the central SD can.
        let unlock = SetStatusCommand.unlock(TestCard.instance).command
        #expect(
            try card.manage([unlock], in: TestCard.domain, keys: TestCard.providerKeys) == [
                .conditionsOfUseNotSatisfied
            ])
        try card.expectSuccess(card.manage([unlock]))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .success)
    }

    @Test("TSM-18 one package, two instances in two domains, each with its own data; the package exists once")
    func twoProviders() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance)
        try card.expectSuccess(
            card.manage(
                TestCard.personalize(TestCard.instance, label: "ONE"), in: TestCard.domain,
                keys: TestCard.temporaryKeys))
        try card.expectSuccess(
            card.manage(
                [TestCard.instance].map { InstallCommand.forMakeSelectable(.init(application: $0)).command }))
        let packages = try card.responses([GetStatusCommand(.executableLoadFiles).command])[0]
        #expect(try RegistryEntry.entries(tlv: packages.data).count { $0.aid == BuiltInModule.paymentPackage } == 1)
        #expect(card.transmit(SelectCommand(TestCard.instance).command).data.hex.contains("4F4E45"))
        // The other SD cannot personalize what is not its own.
        #expect(
            try card.manage(
                [InstallCommand.forPersonalization(application: TestCard.instance).command], in: TestCard.otherDomain,
                keys: TestCard.temporaryKeys) == [.conditionsOfUseNotSatisfied])
    }

    @Test("persistent state is read back equal, sessions apart")
    func persistence() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.rotateKeys()
        try card.manage(
            TestCard.personalize(TestCard.instance), in: TestCard.domain, keys: TestCard.providerKeys)
        card.element.reset()
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored == card.element)
    }

    private func status(_ card: inout TestCard, _ aid: AID) throws -> RegistryEntry? {
        let responses = try card.responses([
            GetStatusCommand(.applications).command, GetStatusCommand(.applications, isContinuation: true).command,
        ])
        #expect(responses.map(\.statusWord) == [.moreDataAvailable, .success])
        return try RegistryEntry.entries(tlv: responses.flatMap(\.data)).first { $0.aid == aid }
    }
}
