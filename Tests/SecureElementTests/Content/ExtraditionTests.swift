import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("INSTALL [for extradition]")
struct ExtraditionTests {
    private func extradite(_ object: AID, to domain: AID) -> CommandAPDU {
        InstallCommand.forExtradition(.init(securityDomain: domain, object: object)).command
    }

    @Test("TSM-19 an instance stays under the central SD until it is extradited, and can come back")
    func thereAndBack() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([TestCard.createDomain(TestCard.domain), TestCard.instantiate(TestCard.instance)]))
        #expect(try card.application(TestCard.instance).securityDomain == TestCard.central)
        for destination in [TestCard.domain, TestCard.central] {
            try card.expectSuccess(card.manage([extradite(TestCard.instance, to: destination)]))
            #expect(try card.application(TestCard.instance).securityDomain == destination)
        }
    }

    @Test("TSM-22 unknown objects and destinations are 6A88; an application is no destination")
    func unknown() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectRefusals([
            (extradite(TestCard.otherInstance, to: TestCard.domain), .referencedDataNotFound),
            (extradite(TestCard.instance, to: TestCard.otherDomain), .referencedDataNotFound),
            (extradite(TestCard.instance, to: TestCard.instance), .referencedDataNotFound),
            (extradite(TestCard.central, to: TestCard.domain), .referencedDataNotFound),
        ])
    }

    @Test("TSM-21 companions and packages that came with the card stay with the central SD")
    func companions() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectRefusals(
            [
                CardConfiguration.paymentSystemEnvironment, CardConfiguration.walletCompanion,
                CardConfiguration.storedValue, BuiltInModule.paymentPackage, BuiltInModule.securityDomainPackage,
            ].map { (extradite($0, to: TestCard.domain), .conditionsOfUseNotSatisfied) })
    }

    @Test("a security domain does not go below itself, and a locked one takes nothing")
    func impossible() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance)
        try card.expectSuccess(card.manage([extradite(TestCard.otherDomain, to: TestCard.domain)]))
        try card.expectRefusals([
            (extradite(TestCard.domain, to: TestCard.domain), .conditionsOfUseNotSatisfied),
            (extradite(TestCard.domain, to: TestCard.otherDomain), .conditionsOfUseNotSatisfied),
        ])
        try card.expectSuccess(card.manage([SetStatusCommand.lock(TestCard.otherDomain).command]))
        try card.expectRefusals([
            (extradite(TestCard.instance, to: TestCard.otherDomain), .conditionsOfUseNotSatisfied)
        ])
        try card.element.memory.checkRegistry()
    }

    @Test("a package that was loaded can be extradited, and its security domain is not deleted from under an instance")
    func loadFile() throws {
        var card = try TestCard()
        let package = Package()
        try card.expectSuccess(
            card.manage(
                try package.commands() + [
                    TestCard.createDomain(TestCard.domain), extradite(package.aid, to: TestCard.domain),
                    package.instantiate(TestCard.instance),
                ]))
        #expect(card.element.memory.loadFile(package.aid)?.securityDomain == TestCard.domain)
        try card.expectRefusals([
            (DeleteCommand.object(TestCard.domain, withRelated: true).command, .conditionsOfUseNotSatisfied)
        ])
        try card.expectSuccess(
            card.manage([
                extradite(TestCard.instance, to: TestCard.domain),
                DeleteCommand.object(TestCard.domain, withRelated: true).command,
            ]))
        #expect(card.element.memory.loadFile(package.aid) == nil)
        try card.element.memory.checkRegistry()
    }
}
