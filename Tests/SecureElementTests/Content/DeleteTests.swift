import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("DELETE [application and load file]")
struct DeleteTests {
    private func delete(_ object: AID, withRelated: Bool = false) -> CommandAPDU {
        DeleteCommand.object(object, withRelated: withRelated).command
    }

    @Test("an application goes; a security domain goes alone when it is empty and with all its own when asked")
    func deletion() throws {
        var card = try TestCard()
        let factory = card.element.memory.applications
        try card.prePersonalize()
        try card.expectRefusals([(delete(TestCard.domain), .conditionsOfUseNotSatisfied)])
        let full = card
        try card.expectSuccess(card.manage([delete(TestCard.instance), delete(TestCard.domain)]))
        #expect(card.element.memory.applications.map(\.aid) == factory.map(\.aid))
        card = full
        try card.expectSuccess(card.manage([delete(TestCard.domain, withRelated: true)]))
        #expect(card.element.memory.applications.map(\.aid) == factory.map(\.aid))
        try card.prePersonalize()
    }

    @Test("unknown objects are 6A88; the central SD, the companions and what came with the card stay")
    func refusals() throws {
        var card = try TestCard()
        try card.expectRefusals([
            (delete(TestCard.instance), .referencedDataNotFound), (delete(TestCard.central), .referencedDataNotFound),
            (delete(BuiltInModule.payment), .referencedDataNotFound),
            (delete(CardConfiguration.storedValue), .conditionsOfUseNotSatisfied),
            (delete(CardConfiguration.paymentSystemEnvironment, withRelated: true), .conditionsOfUseNotSatisfied),
            (delete(BuiltInModule.paymentPackage), .conditionsOfUseNotSatisfied),
            (delete(BuiltInModule.walletPackage, withRelated: true), .conditionsOfUseNotSatisfied),
        ])
    }

    @Test("what is selected on another channel is not deleted: 6985")
    func selectedElsewhere() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(
            card.manage([InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command]))
        _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
        for selected in [TestCard.instance, TestCard.domain] {
            #expect(card.transmit(SelectCommand(selected).command, 1).statusWord == .success)
            try card.expectRefusals([(delete(TestCard.domain, withRelated: true), .conditionsOfUseNotSatisfied)])
        }
        _ = card.transmit(SelectCommand(TestCard.central).command, 1)
        try card.expectSuccess(card.manage([delete(TestCard.domain, withRelated: true)]))
    }

    @Test("TSM-22 a locked instance can be deleted by the central SD, and its AID used again for a fresh one")
    func again() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(
            card.manage(TestCard.personalize(TestCard.instance), in: TestCard.domain, keys: TestCard.temporaryKeys))
        try card.expectSuccess(
            card.manage([
                SetStatusCommand.lock(TestCard.instance).command, delete(TestCard.instance),
                TestCard.instantiate(TestCard.instance),
            ]))
        let fresh = try card.application(TestCard.instance)
        #expect(fresh.lifeCycle == 0x03 && fresh.lockedBy == nil && fresh.securityDomain == TestCard.central)
        #expect(fresh.content == .applet(InstalledApplet(code: AppletCode(module: BuiltInModule.payment))))
    }

    @Test("malformed data is 6A80, undefined parameters 6A86")
    func malformed() throws {
        var card = try TestCard()
        try card.expectRefusals(hex: [
            ("80E4000000", .incorrectData), ("80E40000024F0000", .incorrectData),
            ("80E40000064F04A000000000", .incorrectData), ("80E40000064F05A000000000", .incorrectData),
            ("80E40000084F05A0000001510000", .incorrectData), ("80E4000009E3074F05A00000000100", .incorrectData),
            ("80E400000E4F05A0000000014F05A00000000100", .incorrectData), ("80E4000003C1010100", .incorrectData),
            ("80E40001074F05A00000000100", .incorrectParameters), ("80E44000074F05A00000000100", .incorrectParameters),
        ])
    }
}
