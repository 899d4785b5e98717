import CardLink
import CardTesting
import GlobalPlatform
import ISO7816
import KeyVault
import SecureChannel
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Who may touch what")
struct ExclusivityTests {
    @Test(
        "TSM-18 one package serves two providers: two instances in two SDs, each with its own state",
        arguments: CardConfiguration.Figure.allCases)
    func twoProviders(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            let own = try await world.flow(of: first).run(World.order())
            try await world.prePersonalize(second)
            let inventory = await world.card.card.inventory
            #expect(inventory.loadFiles.count { $0.aid == BuiltInModule.paymentPackage } == 1)
            let instances = inventory.applications.filter { $0.loadFile == BuiltInModule.paymentPackage }
            #expect(instances.map(\.aid) == [Names.firstInstance, Names.secondInstance])
            #expect(instances.map(\.securityDomain) == [Names.firstDomain, Names.secondDomain])
            #expect(try await world.progress(of: own)?.completions == 1)
            #expect(try await world.progress(of: Names.secondInstance)?.completions == 0)
            #expect(try await world.selecting(own) == .success)
            #expect(try await world.selecting(Names.secondInstance) == .fileNotFound)

            _ = try await world.flow(of: second).run(World.order())
            #expect(try await world.selecting(Names.secondInstance) == .success)
            #expect(try await world.progress(of: own)?.completions == 1)
        }
    }

    @Test(
        "TSM-19 the instance is made under the central SD and only then extradited",
        arguments: CardConfiguration.Figure.allCases)
    func instanceIsExtradited(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            try await world.prePersonalize(await world.first)
            let execution = try #require(try await world.store.executions(limit: 10).last)
            let plan: ScriptPlan = try await world.vault.unsealing(
                execution.sealedPlan, context: "execution/\(execution.secureElement)")
            let content = try #require(plan.legs.first)
            #expect(content.route.securityDomain == world.configuration.centralSecurityDomain)
            let roles = try content.route.commands().map { try InstallCommand($0) }
            guard roles.count == 3, case .forInstallAndMakeSelectable(let domain) = roles[0],
                case .forInstall(let instance) = roles[1], case .forExtradition(let extradition) = roles[2]
            else {
                Issue.record("expected create, install, extradite; found \(roles)")
                return
            }
            #expect(domain.application == Names.firstDomain)
            #expect(instance.application == Names.firstInstance)
            #expect(extradition.object == Names.firstInstance)
            #expect(extradition.securityDomain == Names.firstDomain)
        }
    }

    @Test(
        "TSM-20 after the rotation the central TSM opens the SD with no key that it has, by policy and on the card",
        arguments: CardConfiguration.Figure.allCases)
    func rotatedKeysAreTheProvidersAlone(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            _ = try await world.flow(of: first).run(World.order())
            let description = try await world.description(first)
            #expect(description.keyVersionNumber == 0x31)

            // By policy: nothing in plain goes to an SD whose keys only the provider holds.
            let communication = try await world.begin(first)
            let refusal = try await world.refusal { _ in
                try await world.process([GetStatusCommand(.applications).command], in: communication, first)
            }
            #expect(refusal?.refusedCommand == 0)

            // On the card: neither the temporary keys nor those of the central SD open it, whatever version is asked.
            let element = try SecureElementIdentifier(value: World.cin)
            let record = try #require(try await world.store.secureElement(element))
            let provider = try #require(try await world.store.serviceProvider(first.id))
            let temporary = KeyReference(
                masterKeyIndex: provider.temporaryMasterKey, keyVersionNumber: 0x30,
                keyDiversificationData: record.centralSecurityDomain.keys.keyDiversificationData)
            for (keys, answer) in [
                (temporary, StatusWord.referencedDataNotFound),
                (record.centralSecurityDomain.keys, .referencedDataNotFound),
            ] {
                var card = await world.card.card
                card.reset()
                let forecast = try await world.vault.forecast(
                    ForecastRequest(
                        keys: keys, securityDomain: Names.firstDomain, implementation: 0x70,
                        sequenceCounter: description.sequenceCounter + 1, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8],
                        level: .full, commands: [GetStatusCommand(.applications).command]))
                let script = forecast.script
                _ = card.process(SelectCommand(Names.firstDomain).command)
                #expect(card.process(script[0]).statusWord == answer)
                #expect(!card.process(script[1]).statusWord.isSuccess)
            }
            var card = await world.card.card
            card.reset()
            _ = card.process(SelectCommand(Names.firstDomain).command)
            for version in [0x00, 0x31] as [UInt8] {
                let opening = card.process(
                    CommandAPDU(0x80, 0x50, version, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256))
                #expect(opening.statusWord == .success)
                let forged = CommandAPDU(0x84, 0x82, 0x33, 0x00, data: [UInt8](repeating: 0, count: 16))
                #expect(card.process(forged).statusWord == .hostCryptogramFailed)
            }
        }
    }

    @Test(
        "TSM-20 after the rotation the central TSM still stops the application and lets it run again",
        arguments: CardConfiguration.Figure.allCases)
    func lockAfterRotation(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order())
            let locked = try await world.tsm.lockService(try world.service(first), world.context(first))
            #expect(locked.status == .locked)
            #expect(try await world.selecting(instance) != .success)
            let early = try await world.refusal {
                try await $0.activateService(try world.service(first), world.context(first))
            }
            #expect(early == .wrongState(reason: "the service is locked: unlock it first"))
            let unlocked = try await world.tsm.unlockService(try world.service(first), world.context(first))
            #expect(unlocked.status == .active)
            #expect(try await world.selecting(instance) == .success)
            #expect(try await world.progress(of: instance)?.completions == 1, "it kept what it had")
        }
    }

    @Test(
        "an application that was never activated is locked and unlocked into the state it had",
        arguments: CardConfiguration.Figure.allCases)
    func lockBeforeActivation(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            try await world.personalizeInPlain(first)
            _ = try await world.tsm.lockService(try world.service(first), world.context(first))
            let unlocked = try await world.tsm.unlockService(try world.service(first), world.context(first))
            #expect(unlocked.status == .personalized)
            let activated = try await world.tsm.activateService(try world.service(first), world.context(first))
            #expect(activated.status == .active)
            #expect(try await world.selecting(Names.firstInstance) == .success)
        }
    }

    @Test("a deleted service leaves the SD, and may be prepared anew", arguments: CardConfiguration.Figure.allCases)
    func deletion(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let instance = try await world.flow(of: first).run(World.order())
            let deleted = try await world.tsm.deleteService(try world.service(first), world.context(first))
            #expect(deleted == ServiceOutcome(instance: instance, status: .deleted))
            let left = await world.card.card.inventory.applications.map(\.aid)
            #expect(!left.contains(instance))
            #expect(left.contains(Names.firstDomain))
            let again = try await world.flow(of: first).run(World.order())
            #expect(try await world.selecting(again) == .success)
        }
    }

    @Test(
        "TSM-21 a script may not select WCAp, PPSE, a package, a module, the central SD or what is another's",
        arguments: [
            CardConfiguration.walletCompanion, CardConfiguration.paymentSystemEnvironment,
            CardConfiguration.storedValue,
            CardConfiguration.issuerSecurityDomain, CardConfiguration.managingCentralSecurityDomain,
            BuiltInModule.paymentPackage, BuiltInModule.walletPackage,
            BuiltInModule.payment, Names.secondDomain, Names.secondInstance,
        ], CardConfiguration.Figure.allCases)
    func foreignSelections(aid: AID, figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            try await world.prePersonalize(first)
            try await world.prePersonalize(second)
            let communication = try await world.begin(first)
            for commands in [
                [SelectCommand(Names.firstDomain).command, SelectCommand(aid).command],
                [
                    SelectCommand(Names.firstDomain).command, SelectCommand(aid).command,
                    CommandAPDU(0x80, 0x50, 0x30, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256),
                ],
            ] {
                let refusal = try await world.refusal { _ in
                    try await world.process(commands, in: communication, first)
                }
                #expect(refusal?.refusedCommand == 1)
            }
            let begin = try await world.refusal { _ in try await world.begin(first, target: aid) }
            #expect(begin?.field == "targetAID")
        }
    }

    @Test(
        "TSM-21 records are read only from what the script has selected itself",
        arguments: CardConfiguration.Figure.allCases)
    func recordsNeedASelection(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            _ = try await world.flow(of: first).run(World.order())
            let communication = try await world.begin(first)
            let record = CommandAPDU(0x00, 0xB2, 0x01, 0x0C, expectedLength: 256)
            let refusal = try await world.refusal { _ in
                try await world.process([record], in: communication, first)
            }
            #expect(refusal?.refusedCommand == 0)
            let outcome = try await world.process(
                [SelectCommand(Names.firstInstance).command, record], in: communication, first)
            #expect(outcome.responses.first?.statusWord == 0x9000)
        }
    }

    @Test(
        "TSM-22 the SD registered for an identifier executes the instruction, another provider's does not",
        arguments: CardConfiguration.Figure.allCases)
    func routing(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            try await world.prePersonalize(first)
            try await world.prePersonalize(second)
            try await world.personalizeInPlain(second, Names.secondInstance)
            #expect(try await world.progress(of: Names.secondInstance)?.completions == 1)
            #expect(try await world.progress(of: Names.firstInstance)?.completions == 0)

            let communication = try await world.begin(first)
            let foreign = try await world.refusal { _ in
                try await world.process(
                    World.plainPersonalization(of: Names.secondInstance), in: communication, first)
            }
            #expect(foreign?.refusedCommand == 0)
            let unknown = try await world.refusal { _ in
                try await world.process(
                    World.plainPersonalization(of: "F053454E45534348414C50410009"), in: communication, first)
            }
            #expect(unknown?.refusedCommand == 0)
        }
    }

    @Test(
        "TSM-31 PPSE, both companions and the packages are there after manufacture; PPSE lists what is active",
        arguments: CardConfiguration.Figure.allCases)
    func companions(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            for companion in [
                CardConfiguration.paymentSystemEnvironment, CardConfiguration.walletCompanion,
                CardConfiguration.storedValue,
            ] {
                #expect(try await world.selecting(companion) == .success)
            }
            let packages = await world.card.card.inventory.loadFiles.map(\.aid)
            for package in [
                BuiltInModule.paymentPackage, BuiltInModule.walletPackage, BuiltInModule.storedValuePackage,
                BuiltInModule.paymentSystemPackage,
            ] {
                #expect(packages.contains(package))
            }
            let first = await world.first
            func listed() async throws -> Bool {
                var copy = await world.card.card
                copy.reset()
                let directory = copy.process(SelectCommand(CardConfiguration.paymentSystemEnvironment).command)
                return directory.data.hex.contains(Names.firstInstance.bytes.hex)
            }
            try await world.prePersonalize(first)
            try await world.personalizeInPlain(first)
            let before = try await listed()
            #expect(!before)
            _ = try await world.tsm.activateService(try world.service(first), world.context(first))
            let after = try await listed()
            #expect(after)
            _ = try await world.tsm.lockService(try world.service(first), world.context(first))
            let locked = try await listed()
            #expect(!locked)
        }
    }
}
