import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Ways to rotate, personalize and activate")
struct ProvisioningWaysTests {
    @Test(
        "TSM-11 rotation in one communication, personalization in another", arguments: CardConfiguration.Figure.allCases
    )
    func twoCommunications(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order())
            #expect(try await world.progress(of: instance)?.completions == 1)
            let communications = try await world.store.communications(limit: 10)
            #expect(Set(communications.map(\.operation)) == [.keyRotation, .personalization])
            #expect(communications.allSatisfy { $0.state == .ended(.success) && $0.scriptsRun == 1 })
        }
    }

    @Test("TSM-11 rotation and personalization in one communication", arguments: CardConfiguration.Figure.allCases)
    func oneCommunication(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let maker = ScriptMaker(keys: first.vault, random: world.random)
            let communication = try await world.begin(first, operation: .provisioning)
            let rotation = try await maker.keyRotation(try await world.description(first))
            let rotated = try await world.process(
                try await rotation.commands(first.vault), in: communication, first)
            #expect(rotated.verdict == .completed)
            let personalization = maker.personalization(
                of: Names.firstInstance, World.personalization, try await world.description(first))
            let personalized = try await world.process(
                try await personalization.commands(first.vault), in: communication, first)
            #expect(personalized.verdict == .completed)
            let ended = try await world.tsm.endCommunication(
                EndCommunicationRequest(communication: communication, operationStatus: .success),
                world.context(first))
            #expect(ended.scriptsRun == 2)
            let status = try await world.tsm.serviceStatus(try world.service(first), for: first.id)
            #expect(status.status == .personalized)
        }
    }

    @Test(
        "TSM-11 rotation, personalization and activation in one request, and one trip",
        arguments: CardConfiguration.Figure.allCases)
    func oneRequest(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order(isCombined: true))
            #expect(try await world.selecting(instance) == .success)
            #expect(try await world.store.communications(limit: 10).isEmpty)
            let purposes = try await world.store.executions(limit: 10).map(\.purpose)
            #expect(purposes == [.provisioning, .prePersonalization])
        }
    }

    @Test(
        "TSM-11 personalization in plain and activation in one request, before any rotation",
        arguments: CardConfiguration.Figure.allCases)
    func plainAndActivation(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let outcome = try await world.tsm.provision(
                ProvisioningRequest(
                    service: try world.service(first), rotation: nil,
                    personalization: World.plainPersonalization(of: Names.firstInstance), activate: true),
                world.context(first))
            #expect(outcome.personalization?.verdict == .completed)
            #expect(outcome.activation?.status == .active)
            #expect(try await world.selecting(Names.firstInstance) == .success)
        }
    }

    @Test(
        "a rotation that the card refuses keeps the parts behind it from running",
        arguments: CardConfiguration.Figure.allCases)
    func refusedRotation(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let maker = ScriptMaker(keys: first.vault, random: world.random)
            let card = try await world.description(first)
            var stale = card
            stale.sequenceCounter += 7
            let rotation = try await maker.keyRotation(stale).commands(first.vault)
            let personalization = try await maker.personalization(
                of: Names.firstInstance, World.personalization, try await maker.rotated(card)
            ).commands(first.vault)
            let outcome = try await world.tsm.provision(
                ProvisioningRequest(
                    service: try world.service(first), rotation: rotation, personalization: personalization,
                    activate: true), world.context(first))
            #expect(outcome.rotation?.verdict == .stopped)
            #expect(outcome.personalization?.responses == [])
            #expect(outcome.personalization?.unattempted.count == personalization.count)
            #expect(outcome.activation == nil)
            #expect(outcome.status == .prePersonalized)
        }
    }

    @Test(
        "before the rotation the central TSM wraps a plain script, session by session",
        arguments: CardConfiguration.Figure.allCases)
    func plainScript(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let outcome = try await world.personalizeInPlain(first)
            #expect(outcome.verdict == .completed)
            #expect(outcome.responses.count == World.plainPersonalization(of: Names.firstInstance).count)
            #expect(
                try await world.progress(of: Names.firstInstance)
                    == World.Progress(blocks: outcome.responses.count - 1, isComplete: true, completions: 1))
            let status = try await world.tsm.serviceStatus(try world.service(first), for: first.id)
            #expect(status.status == .personalized)
        }
    }

    @Test(
        "a plain script instantiates and extradites through the central SD, then personalizes through the own one",
        arguments: CardConfiguration.Figure.allCases)
    func scriptedInstance(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first, prn: "PRN-0")
            let instance: AID = "F053454E45534348414C50410042"
            let install = InstallCommand.forInstall(
                .init(
                    executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                    application: instance)
            ).command
            let extradite = InstallCommand.forExtradition(
                .init(securityDomain: Names.firstDomain, object: instance)
            ).command
            let outcome = try await world.run(
                [install, extradite] + World.plainPersonalization(of: instance), first)
            #expect(outcome.verdict == .completed)
            let status = try await world.tsm.serviceStatus(try world.service(first), for: first.id)
            #expect(status.instance == instance)
            #expect(status.status == .personalized)
            let activated = try await world.tsm.activateService(try world.service(first), world.context(first))
            #expect(activated.instance == instance)

            let communication = try await world.begin(first)
            let second = try await world.refusal { _ in
                try await world.process([install], in: communication, first)
            }
            #expect(second?.refusedCommand == 0, "a service has one instance under one qualifier")
        }
    }

    @Test(
        "TSM-33 over the service bus every flow passes, and all three modules get messages", arguments: [false, true],
        CardConfiguration.Figure.allCases)
    func serviceBus(isCombined: Bool, figure: CardConfiguration.Figure) async throws {
        let bus = ServiceBus()
        try await World.tell(figure: figure, link: .bus(bus)) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order(isCombined: isCombined))
            #expect(try await world.selecting(instance) == .success)
            _ = try await world.tsm.lockService(try world.service(first), world.context(first))
            _ = try await world.tsm.unlockService(try world.service(first), world.context(first))
            try await world.prePersonalize(first, prn: "PRN-2")
        }
        let delivered = await bus.delivered
        for module in ServiceBus.Module.allCases { #expect(delivered[module, default: 0] > 0, "\(module)") }
    }
}
