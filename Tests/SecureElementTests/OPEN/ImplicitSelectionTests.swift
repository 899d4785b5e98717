import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Implicit selection")
struct ImplicitSelectionTests {
    private static let onBasicChannel = ImplicitSelection(rawValue: 0x40)
    private static let onChannelTwo = ImplicitSelection(rawValue: 0x42)

    private func install(
        _ aid: AID, _ selections: [ImplicitSelection?]?, privileges: Privileges = [], selectable: Bool = true
    ) -> CommandAPDU {
        let parameters = SystemParameters(implicitSelections: selections?.compactMap { $0 })
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
            application: aid, privileges: privileges,
            parameters: InstallParameters([BERTLV(0xC9, [UInt8]()), parameters.object]))
        return (selectable ? InstallCommand.forInstallAndMakeSelectable(install) : .forInstall(install)).command
    }

    private func selected(_ card: TestCard, _ channel: Int = 0) -> AID? { card.element.channels[channel]?.selected }

    @Test("CF makes an application the one that is selected at reset, while it is selectable")
    func atReset() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([install(TestCard.instance, [Self.onBasicChannel], selectable: false)]))
        card.element.reset()
        #expect(selected(card) == TestCard.central, "INSTALLED is not selectable")
        try card.expectSuccess(
            card.manage([InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command]))
        card.element.reset()
        #expect(selected(card) == TestCard.instance)
        #expect(try SecureElement(persistentState: card.element.persistentState) == card.element)
        // SELECT without a name is the issuer security domain all the same.
        #expect(card.transmit(CommandAPDU(0x00, 0xA4, 0x04, 0x00, expectedLength: 256)).statusWord == .success)
        #expect(selected(card) == TestCard.central)
        for (command, expected) in [
            (SetStatusCommand.lock(TestCard.instance), TestCard.central),
            (SetStatusCommand.unlock(TestCard.instance), TestCard.instance),
            (SetStatusCommand.card(.cardLocked), TestCard.central),
            (SetStatusCommand.card(.secured), TestCard.instance),
        ] {
            try card.expectSuccess(card.manage([command.command]))
            card.element.reset()
            #expect(selected(card) == expected, "\(command)")
        }
        try card.expectSuccess(
            card.manage([DeleteCommand.object(TestCard.instance, withRelated: false).command]))
        card.element.reset()
        #expect(selected(card) == TestCard.central)
    }

    @Test("CF of a supplementary channel holds for MANAGE CHANNEL, with a number and without")
    func onSupplementaryChannel() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([install(TestCard.instance, [Self.onChannelTwo])]))
        card.element.reset()
        #expect(selected(card) == TestCard.central)
        for number: UInt8 in 1...3 {
            #expect(card.transmit(ManageChannelCommand.open(channel: number).command).statusWord == .success)
            #expect(selected(card, Int(number)) == (number == 2 ? TestCard.instance : TestCard.central))
        }
        card.element.reset()
        for _ in 1...2 { _ = card.transmit(ManageChannelCommand.open(channel: nil).command) }
        #expect(selected(card, 2) == TestCard.instance)
    }

    @Test("a channel of an interface is one application's; b6, no interface and a channel that is not there are 6A80")
    func collisions() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([install(TestCard.instance, [Self.onBasicChannel, Self.onChannelTwo])]))
        let both = ImplicitSelection(rawValue: 0xC2)
        for selections in [[Self.onBasicChannel], [both], [ImplicitSelection(rawValue: 0x44)]] {
            try card.expectRefusals([(install(TestCard.otherInstance, selections), .incorrectData)])
        }
        try card.expectRefusals([
            (
                install(TestCard.otherInstance, [ImplicitSelection(rawValue: 0x41), .init(rawValue: 0x41)]),
                .incorrectData
            )
        ])
        for undefined: UInt8 in [0x00, 0x02, 0x20, 0x60, 0xE0] {
            #expect(ImplicitSelection(rawValue: undefined) == nil)
        }
        let contactless = ImplicitSelection(rawValue: 0x80)
        try card.expectSuccess(card.manage([install(TestCard.otherInstance, [contactless])]))
        card.element.reset()
        #expect(selected(card) == TestCard.instance, "the contactless one waits for another interface")
    }

    @Test("Card Reset without CF is the basic channel; it is one application's, and never a security domain's here")
    func cardReset() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([install(TestCard.instance, nil, privileges: .cardReset)]))
        card.element.reset()
        #expect(selected(card) == TestCard.instance)
        try card.expectRefusals([
            (install(TestCard.otherInstance, nil, privileges: .cardReset), .incorrectData),
            (TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, .cardReset]), .incorrectData),
        ])
    }

    @Test("INSTALL [for make selectable] gives Card Reset and implicit selection, and no other privilege")
    func makeSelectable() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([install(TestCard.instance, nil, selectable: false)]))
        func make(_ privileges: Privileges, _ selections: [ImplicitSelection?]? = nil) -> CommandAPDU {
            let parameters = SystemParameters(implicitSelections: selections?.compactMap { $0 })
            return InstallCommand.forMakeSelectable(
                .init(
                    application: TestCard.instance, privileges: privileges,
                    parameters: InstallParameters([parameters.object]))
            ).command
        }
        try card.expectRefusals([
            (make(.cvmManagement), .incorrectData), (make([.cardReset, .cardLock]), .incorrectData),
            (make([], [ImplicitSelection(rawValue: 0x5F)]), .incorrectData),
        ])
        var other = card
        try card.expectSuccess(card.manage([make(.cardReset)]))
        #expect(try card.application(TestCard.instance).privileges == .cardReset)
        card.element.reset()
        #expect(selected(card) == TestCard.instance)
        try other.expectSuccess(other.manage([make([], [Self.onChannelTwo])]))
        _ = other.transmit(ManageChannelCommand.open(channel: 2).command)
        #expect(selected(other, 2) == TestCard.instance)
    }

    @Test("INSTALL [for registry update] changes implicit selection, takes it away with an empty CF, leaves it without")
    func registryUpdate() throws {
        var card = try TestCard(.uicc)
        let central = CardConfiguration.managingCentralSecurityDomain
        let keys = TestCard.keys(of: central)
        func update(_ selections: [ImplicitSelection?]?, _ privileges: Privileges? = nil) -> CommandAPDU {
            let parameters = SystemParameters(implicitSelections: selections?.compactMap { $0 })
            return InstallCommand.forRegistryUpdate(
                .init(
                    application: TestCard.instance, privileges: privileges,
                    parameters: InstallParameters([parameters.object]))
            ).command
        }
        try card.expectSuccess(card.manage([install(TestCard.instance, nil)], in: central, keys: keys))
        for (command, expected) in [
            (update([Self.onBasicChannel]), TestCard.instance), (update(nil, []), TestCard.instance),
            (update([Self.onChannelTwo]), TestCard.central), (update([]), TestCard.central),
            (update(nil, .cardReset), TestCard.instance), (update(nil, []), TestCard.central),
        ] {
            try card.expectSuccess(card.manage([command], in: central, keys: keys))
            card.element.reset()
            #expect(selected(card) == expected)
        }
    }

    @Test("GET STATUS tells every CF")
    func getStatus() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([install(TestCard.instance, [Self.onBasicChannel, Self.onChannelTwo])]))
        let list = BERTLV(0x5C, [0xCF])
        let search = GetStatusCommand(
            .applications, namePrefix: TestCard.instance.bytes, otherCriteria: [list]
        ).command
        #expect(try card.responses([search])[0].data.hex == "E306CF0140CF0142")
    }
}
