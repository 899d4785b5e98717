import CardTesting
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The two interfaces of a card")
struct InterfaceTests {
    private func select(_ aid: AID) -> CommandAPDU { SelectCommand(aid).command }

    private func selected(_ card: TestCard, _ interface: CardInterface) -> AID? {
        card.element.channels[interface.channels.lowerBound]?.selected
    }

    @Test("what is selected on one interface is not selected on the other")
    func selections() throws {
        var card = try TestCard()
        #expect(card.element.process(select(CardConfiguration.storedValue)).statusWord == .success)
        let directory = select(CardConfiguration.paymentSystemEnvironment)
        #expect(card.element.process(directory, over: .contactless).statusWord == .success)
        #expect(selected(card, .wired) == CardConfiguration.storedValue)
        #expect(selected(card, .contactless) == CardConfiguration.paymentSystemEnvironment)
        let balance = try CommandAPDU(hex: "80CA9F3600")
        #expect(card.element.process(balance).statusWord == .success)
        #expect(card.element.process(balance, over: .contactless).statusWord == .instructionNotSupported)
    }

    @Test("each interface has the same numbers of logical channels, and opens and closes its own")
    func channels() throws {
        var card = try TestCard()
        let open = ManageChannelCommand.open(channel: nil).command
        for interface in CardInterface.allCases {
            for number: UInt8 in 1...3 {
                #expect(card.element.process(open, over: interface) == ResponseAPDU(.success, data: [number]))
            }
            #expect(card.element.process(open, over: interface).statusWord == .functionNotSupported)
        }
        let close = ManageChannelCommand.close(channel: 2).command
        #expect(card.element.process(close, over: .contactless).statusWord == .success)
        #expect(card.element.process(close, over: .contactless).statusWord == .logicalChannelNotSupported)
        let onTwo = select(CardConfiguration.storedValue).on(2)
        #expect(card.element.process(onTwo, over: .contactless).statusWord == .logicalChannelNotSupported)
        #expect(card.element.process(onTwo).statusWord == .success)
    }

    @Test("a session on one interface goes on while the other is reset, and is not open on the other")
    func sessions() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let status = GetStatusCommand(.applications).command
        let stolen = try session.wrap(status)
        #expect(card.element.process(stolen, over: .contactless).statusWord == .securityStatusNotSatisfied)
        card.element.reset(.contactless)
        #expect(try session.unwrap(card.element.process(stolen)).statusWord == .success)
        card.element.reset(.wired)
        let next = try session.wrap(status)
        #expect(card.element.process(next).statusWord == .securityStatusNotSatisfied)
    }

    @Test("an application that is selected on the other interface is not deleted before that is reset")
    func deletion() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([
                TestCard.instantiate(TestCard.instance),
                InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
            ]))
        #expect(card.element.process(select(TestCard.instance), over: .contactless).statusWord == .success)
        let delete = DeleteCommand.object(TestCard.instance, withRelated: false).command
        try card.expectRefusals([(delete, .conditionsOfUseNotSatisfied)])
        card.element.reset(.contactless)
        try card.expectSuccess(card.manage([delete]))
    }

    @Test("CF for contactless makes an application the one that the field finds selected")
    func implicitSelection() throws {
        var card = try TestCard()
        guard let onField = ImplicitSelection(rawValue: 0x80) else { throw CardRefused(.incorrectData) }
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
            application: TestCard.instance,
            parameters: InstallParameters([
                BERTLV(0xC9, [UInt8]()), SystemParameters(implicitSelections: [onField]).object,
            ]))
        try card.expectSuccess(card.manage([InstallCommand.forInstallAndMakeSelectable(install).command]))
        card.element.reset()
        #expect(selected(card, .wired) == TestCard.central)
        #expect(selected(card, .contactless) == TestCard.instance)
    }
}
