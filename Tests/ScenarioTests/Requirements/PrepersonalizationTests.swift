import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Pre-personalization and activation")
struct PrepersonalizationTests {
    @Test(
        "TSM-13 before activation the application cannot be selected, after it it can; it must be personalized first",
        arguments: CardConfiguration.Figure.allCases)
    func activation(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let early = try await world.refusal {
                try await $0.activateService(try world.service(first), world.context(first))
            }
            #expect(
                early
                    == .wrongState(
                        reason: "the service is prePersonalized: personalize it before it is activated"))
            try await world.personalizeInPlain(first)
            #expect(try await world.selecting(Names.firstInstance) == .fileNotFound)
            let activated = try await world.tsm.activateService(try world.service(first), world.context(first))
            #expect(activated == ServiceOutcome(instance: Names.firstInstance, status: .active))
            #expect(try await world.selecting(Names.firstInstance) == .success)
        }
    }

    @Test(
        "TSM-14 a request without code ends with SD and instance, associated, with temporary keys, not personalized",
        arguments: CardConfiguration.Figure.allCases)
    func prepersonalized(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let outcome = try await world.prePersonalize(await world.first)
            #expect(
                outcome
                    == PrePersonalizationOutcome(
                        securityDomain: Names.firstDomain, securityDomainCreated: true,
                        instances: [Names.firstInstance], instancesCreated: [Names.firstInstance],
                        status: .prePersonalized))
            let inventory = await world.card.card.inventory
            let domain = try #require(inventory.applications.first { $0.aid == Names.firstDomain })
            #expect(domain.isSecurityDomain)
            #expect(domain.keys.map(\.version) == ["30"])
            let instance = try #require(inventory.applications.first { $0.aid == Names.firstInstance })
            #expect(instance.securityDomain == Names.firstDomain)
            #expect(instance.lifeCycle == "INSTALLED")
            #expect(try await world.progress(of: Names.firstInstance)?.isComplete == false)
        }
    }

    @Test(
        "TSM-15 repeating it creates nothing a second time, and sends nothing",
        arguments: CardConfiguration.Figure.allCases)
    func repetition(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let (inventory, apdus) = (await world.card.card.inventory, world.guillotine.apdus)
            let repeated = try await world.prePersonalize(first)
            #expect(!repeated.securityDomainCreated)
            #expect(repeated.instancesCreated.isEmpty)
            #expect(repeated.instances == [Names.firstInstance])
            #expect(await world.card.card.inventory == inventory)
            #expect(world.guillotine.apdus == apdus)

            let another = try await world.prePersonalize(first, prn: "PRN-2")
            #expect(!another.securityDomainCreated, "a second credential goes under the same SD")
            #expect(another.instancesCreated == [Names.secondInstance])
        }
    }

    @Test(
        "TSM-16 an expired, too old or too weakly certified SE is refused with every reason",
        arguments: CardConfiguration.Figure.allCases)
    func eligibility(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            _ = try await world.desk.registerService(
                try World.service(number: 2002, certificationLevel: 5, standard: "2.3"), World.founder("strict"))
            let weak = CardRegistration(
                cin: "1112131415161718", msi: "4915100000002",
                standard: StandardVersion(name: "GlobalPlatform", version: "2.2.1"), certificationLevel: 4,
                expiresAt: 1_000)
            let attached = try await world.addCard(weak)
            let refusal = try await world.refusal {
                try await $0.prePersonalize(
                    PrePersonalizationRequest(
                        service: try world.service(first, cin: weak.cin, msi: weak.msi, number: 2002)),
                    world.context(first))
            }
            #expect(
                refusal
                    == .ineligible([
                        .expired(at: 1_000),
                        .wrongStandard(
                            found: weak.standard,
                            required: StandardVersion(name: "GlobalPlatform", version: "2.3")),
                        .certificationTooLow(found: 4, required: 5),
                    ]))
            #expect(attached.guillotine.apdus == 0)
        }
    }

    @Test("TSM-16 a service that is for others only is refused", arguments: CardConfiguration.Figure.allCases)
    func providerNotAdmitted(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            _ = try await world.desk.registerService(
                try World.service(number: 2003, for: [second.id]), World.founder("closed"))
            let refusal = try await world.refusal {
                try await $0.prePersonalize(
                    PrePersonalizationRequest(service: try world.service(first, number: 2003)), world.context(first))
            }
            #expect(refusal == .ineligible([.providerNotAdmitted(first.id)]))
        }
    }

    @Test(
        "TSM-17 a refusal of the card is the request's failure, and what it had created is taken back",
        arguments: CardConfiguration.Figure.allCases)
    func rollback(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            // The module is on no package of the card: the SD is created, the instance refused.
            let absent = try ServiceDefinition(
                identifier: ServiceIdentifier(number: 2004, version: World.serviceName.version), name: "Absent",
                executableLoadFile: BuiltInModule.paymentPackage, executableModule: "F053454E45534348414C504177",
                instanceAIDPrefix: BuiltInModule.paymentPackage.bytes,
                minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.1.1"))
            _ = try await world.desk.registerService(absent, World.founder("absent"))
            let inventory = await world.card.card.inventory
            let request = PrePersonalizationRequest(service: try world.service(first, number: 2004))
            await #expect(throws: TSMError.cardRefused(step: "install application", .referencedDataNotFound)) {
                try await world.tsm.prePersonalize(request, world.context(first))
            }
            #expect(await world.card.card.inventory.applications.map(\.aid) == inventory.applications.map(\.aid))
            #expect(try await world.records.securityDomains.isEmpty)
            #expect(try await world.records.instances.isEmpty)

            try await world.prePersonalize(first)
        }
    }

    @Test(
        "TSM-17 only the steps that the provider names are done, the others when it asks for them",
        arguments: CardConfiguration.Figure.allCases)
    func partialRequest(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            func ask(
                _ commands: PrePersonalizationRequest.Command...
            ) async throws -> PrePersonalizationOutcome {
                try await world.tsm.prePersonalize(
                    PrePersonalizationRequest(service: try world.service(first), commands: commands),
                    world.context(first))
            }
            let bare = try await ask(.createSecurityDomain)
            #expect(bare.instances.isEmpty)
            let installed = try await ask(.createSecurityDomain, .instantiate)
            #expect(installed.status == .absent)
            #expect(
                await world.card.card.inventory.applications.first { $0.aid == Names.firstInstance }?.securityDomain
                    == world.configuration.centralSecurityDomain, "TSM-19: not extradited, it stays with the central SD"
            )
            let extradited = try await ask(.extradite)
            #expect(extradited.status == .prePersonalized)
        }
    }
}
