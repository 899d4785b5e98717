import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("INSTALL [for install], [for make selectable] and [for registry update]")
struct InstallTests {
    private func install(
        _ application: AID, loadFile: AID = BuiltInModule.paymentPackage, module: AID = BuiltInModule.payment,
        _ privileges: Privileges = []
    ) -> CommandAPDU {
        InstallCommand.forInstall(
            .init(
                executableLoadFile: loadFile, executableModule: module, application: application,
                privileges: privileges)
        ).command
    }

    private func domain(_ privileges: Privileges) -> CommandAPDU {
        install(
            TestCard.domain, loadFile: BuiltInModule.securityDomainPackage, module: BuiltInModule.securityDomain,
            privileges)
    }

    @Test("TSM-15 an AID that is taken is refused with 6A80, so that nothing is ever made twice")
    func clash() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectRefusals(
            [
                TestCard.createDomain(TestCard.domain), TestCard.instantiate(TestCard.instance),
                TestCard.instantiate(TestCard.domain), TestCard.createDomain(TestCard.instance),
                TestCard.instantiate(TestCard.central), TestCard.instantiate(BuiltInModule.paymentPackage),
                TestCard.instantiate("A000000003000000"), TestCard.instantiate(CardConfiguration.walletCompanion),
            ].map { ($0, .incorrectData) })
    }

    @Test("an unknown load file or module, or a module of another load file, is 6A88")
    func unknownCode() throws {
        var card = try TestCard()
        try card.expectRefusals([
            (install(TestCard.instance, loadFile: "F05345504100"), .referencedDataNotFound),
            (install(TestCard.instance, module: "F05345504100"), .referencedDataNotFound),
            (install(TestCard.instance, module: BuiltInModule.walletCompanion), .referencedDataNotFound),
            (install(TestCard.instance, loadFile: CardConfiguration.walletCompanion), .referencedDataNotFound),
        ])
    }

    @Test("Table 1: an SP SD may verify DAPs; nobody gets what the central SD has for itself")
    func privileges() throws {
        var card = try TestCard()
        let refused: [Privileges] = [
            .cardLock, .cardTerminate, .cvmManagement, .delegatedManagement, .authorizedManagement, .cardReset,
            .globalDelete, .globalLock, .globalRegistry, .finalApplication, .tokenVerification,
        ]
        try card.expectRefusals(refused.map { (domain([.securityDomain, $0]), .incorrectData) })
        // An application may be the one that is selected at reset.
        try card.expectRefusals(
            refused.filter { $0 != .cardReset }.map { (install(TestCard.instance, $0), .incorrectData) })
        try card.expectRefusals([
            (domain([]), .incorrectData), (install(TestCard.instance, .securityDomain), .incorrectData),
        ])
        try card.expectSuccess(card.manage([domain([.securityDomain, .dapVerification])]))
        #expect(try card.application(TestCard.domain).privileges == [.securityDomain, .dapVerification])
    }

    @Test("an INSTALLED security domain becomes SELECTABLE once, and a second time is refused with 6985")
    func makeSelectable() throws {
        var card = try TestCard()
        let select = InstallCommand.forMakeSelectable(.init(application: TestCard.domain)).command
        try card.expectRefusals([(select, .referencedDataNotFound)])
        try card.expectSuccess(card.manage([domain(.securityDomain)]))
        card.expectRefusal(SelectCommand(TestCard.domain).command, .fileNotFound)
        try card.expectSuccess(card.manage([select]))
        try card.expectRefusals([(select, .conditionsOfUseNotSatisfied)])
        #expect(card.transmit(SelectCommand(TestCard.domain).command).statusWord == .success)
        let companion = InstallCommand.forMakeSelectable(.init(application: CardConfiguration.storedValue)).command
        try card.expectRefusals([
            (companion, .conditionsOfUseNotSatisfied),
            (InstallCommand.forMakeSelectable(.init(application: TestCard.central)).command, .referencedDataNotFound),
        ])
    }

    @Test("a locked application does not become selectable by INSTALL")
    func lockedMakeSelectable() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([TestCard.instantiate(TestCard.instance), SetStatusCommand.lock(TestCard.instance).command]))
        try card.expectRefusals([
            (
                InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
                .conditionsOfUseNotSatisfied
            )
        ])
    }

    @Test("registry update gives other privileges and another security domain, or changes nothing")
    func registryUpdate() throws {
        var card = try TestCard(.uicc)
        let central = CardConfiguration.managingCentralSecurityDomain
        let keys = TestCard.keys(of: central)
        try card.prePersonalize(in: central)
        func update(_ application: AID?, _ privileges: Privileges?, _ domain: AID? = nil) -> CommandAPDU {
            InstallCommand.forRegistryUpdate(
                .init(securityDomain: domain, application: application, privileges: privileges)
            ).command
        }
        try card.expectRefusals(
            [
                (update(nil, [.securityDomain]), .conditionsOfUseNotSatisfied),
                (update(TestCard.otherInstance, []), .referencedDataNotFound),
                (update(TestCard.instance, .cardLock), .incorrectData),
                (update(TestCard.domain, []), .incorrectData),
                (
                    update(TestCard.domain, [.securityDomain, .dapVerification], "F05345504100"),
                    .referencedDataNotFound
                ),
            ], in: central, keys: keys)
        try card.expectSuccess(
            card.manage(
                [
                    update(TestCard.domain, [.securityDomain, .dapVerification]),
                    update(TestCard.instance, nil, central),
                ], in: central, keys: keys))
        #expect(try card.application(TestCard.domain).privileges == [.securityDomain, .dapVerification])
        #expect(try card.application(TestCard.instance).securityDomain == central)
    }

    @Test("a card keeps 128 applications; the next is 6A84")
    func bound() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        var count = card.element.memory.applications.count
        while count < CardMemory.applicationsMax {
            let aid = try AID([0xF0, 0x53, 0x45, 0x4E, 0x45, 0x02, UInt8(count)])
            #expect(try session.send(TestCard.instantiate(aid), &card).statusWord == .success)
            count += 1
        }
        try card.expectRefusals([(TestCard.instantiate(TestCard.instance), .notEnoughMemory)])
        try card.element.memory.checkRegistry()
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored.memory == card.element.memory)
    }

    @Test("an instance that does not fit is 6A84 at the first byte too much")
    func memoryBound() throws {
        var card = try TestCard()
        var roomy = card
        try roomy.expectSuccess(roomy.manage([TestCard.createDomain(TestCard.domain)]))
        let needed = roomy.element.memory.used
        card.element.memory.capacity = needed - 1
        try card.expectRefusals([(TestCard.createDomain(TestCard.domain), .notEnoughMemory)])
        card.element.memory.capacity = needed
        try card.expectSuccess(card.manage([TestCard.createDomain(TestCard.domain)]))
        #expect(card.element.memory.free == 0)
        let session = try OpenSession(TestCard.central, &card)
        try card.expectRefusals([(session.putKey(TestCard.providerKeys, version: 2), .notEnoughMemory)])
    }

    @Test("malformed data is 6A80, undefined parameters 6A86")
    func malformed() throws {
        var card = try TestCard()
        let sound = install(TestCard.instance)
        for count in 0..<sound.data.count {
            var command = sound
            command.data = Array(sound.data.prefix(count))
            try card.expectRefusals([(command, .incorrectData)])
        }
        var long = sound
        long.data.append(0)
        var undefined = sound
        var p2 = sound
        p2.p2 = 0x01
        try card.expectRefusals([(long, .incorrectData), (p2, .incorrectParameters)])
        for p1: UInt8 in [0x00, 0x01, 0x03, 0x05, 0x11, 0x30, 0x60, 0x7F] {
            undefined.p1 = p1
            try card.expectRefusals([(undefined, .incorrectParameters)])
        }
    }
}
