import CardCryptography
import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Delegated management through the whole stack", .serialized)
struct DelegatedManagementTests {
    @Test(
        "TSM-28 with tokens of the central TSM a provider loads, installs and deletes; every receipt is verified",
        arguments: [CardConfiguration.Figure.embeddedWithThirdParty, .uiccWithThirdParty], [0x70, 0x60] as [UInt8])
    func lifeOfAPackage(figure: CardConfiguration.Figure, implementation: UInt8) async throws {
        try await World.tellDelegated(figure: figure, implementation: implementation) { world, manager in
            #expect(try await manager.run(world.order([Toll.load, Toll.install])) == 2)
            #expect(try await world.selecting(Toll.application) == .success)
            let id = try SecureElementIdentifier(value: World.cin)
            let content = try await world.store.delegatedContent(on: id)
            #expect(content.map(\.aid) == [Toll.package, Toll.application])
            #expect(content.allSatisfy { $0.securityDomain == Names.firstDomain })
            let application = await world.card.card.inventory.applications.first { $0.aid == Toll.application }
            #expect(application?.securityDomain == Names.firstDomain)
            #expect(try await manager.run(world.order([Toll.load, Toll.install])) == 0, "what is done is found done")
            #expect(try await manager.run(world.order([.delete(Toll.application), .delete(Toll.package)])) == 2)
            #expect(try await world.store.delegatedContent(on: id).isEmpty)
            let states = try await world.store.approvals(limit: 10).flatMap { $0.tokens.map(\.state) }
            #expect(states == [.confirmed, .confirmed, .confirmed, .confirmed])
        }
    }

    @Test("TSM-28 code of the central SD's is instantiated in the delegated SD where the policy opens it")
    func centralPackage() async throws {
        try await World.tellDelegated { world, manager in
            let own: AID = "F0544F4C4C010077"
            let install = DelegatedOperation.install(
                executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                application: own)
            let done = try await manager.run(world.order([install]))
            #expect(done == 1)
            let selection = try await world.selecting(own)
            #expect(selection == .success)
        }
    }

    @Test("TSM-28 without a token, with an altered one, with a replayed one the card refuses and stays as it was")
    func tokensThatAreNone() async throws {
        try await World.tellDelegated { world, manager in
            #expect(try await manager.run(world.order([Toll.load])) == 1)
            let install = Toll.install.command(in: Names.firstDomain)
            let approved = try await world.approve([install])
            let good = try CommandAPDU(bytes: approved.tokens[0].command)
            var altered = good
            altered.data[altered.data.count - 1] ^= 0x01
            let other = Toll.installing(Toll.otherApplication).command(in: Names.firstDomain)
            // The token of one command under another.
            let stolen = try TokenBearingCommand(other).referring(
                to: try #require(try TokenBearingCommand(good).reference)
            ).command(token: try TokenBearingCommand(good).token)
            let before = await world.card.card.inventory
            for (command, answer) in [
                (install, StatusWord.conditionsOfUseNotSatisfied), (altered, .securityStatusNotSatisfied),
                (stolen, .securityStatusNotSatisfied),
            ] {
                #expect(try await world.answer(to: command) == answer)
            }
            #expect(await world.card.card.inventory.applications.count == before.applications.count)
            #expect(try await world.answer(to: good) == .success)
            #expect(try await world.answer(to: good) == .conditionsOfUseNotSatisfied, "replayed")
            let deletion = DeleteCommand.object(Toll.application, withRelated: false).command
            #expect(try await world.answer(to: deletion) == .conditionsOfUseNotSatisfied)
        }
    }

    @Test("TSM-28 receipts that were altered, of another token or of nothing are refused; nothing is believed of them")
    func receiptsThatAreNone() async throws {
        try await World.tellDelegated { world, manager in
            #expect(try await manager.run(world.order([Toll.load])) == 1)
            let first = await world.first
            let approval = try await world.approve([Toll.install.command(in: Names.firstDomain)])
            let number = approval.tokens[0].number
            let answer = try await world.response(to: try CommandAPDU(bytes: approval.tokens[0].command))
            #expect(answer.statusWord == .success)
            var altered = answer.data
            altered[altered.count - 1] ^= 0x01
            var forged = answer.data
            forged[3] ^= 0x01
            for data in [altered, forged, [0x00], []] {
                await #expect(throws: TSMError.self) {
                    try await world.tsm.acceptReceipts(
                        [ReturnedReceipt(tokenNumber: number, answer: data)], of: approval.id, world.context(first))
                }
            }
            await #expect(throws: TSMError.self) {
                try await world.tsm.acceptReceipts(
                    [ReturnedReceipt(tokenNumber: number + 1, answer: answer.data)], of: approval.id,
                    world.context(first))
            }
            let id = try SecureElementIdentifier(value: World.cin)
            #expect(try await world.store.delegatedContent(on: id).map(\.aid) == [Toll.package])
            let accepted = try await world.tsm.acceptReceipts(
                [ReturnedReceipt(tokenNumber: number, answer: answer.data)], of: approval.id, world.context(first))
            #expect(accepted.state == .closed && accepted.tokens[0].state == .confirmed)
            #expect(try await world.store.delegatedContent(on: id).map(\.aid) == [Toll.package, Toll.application])
        }
    }

    @Test("what the policy does not cover gets no token, naming the command; one approval is open on a card")
    func policy() async throws {
        try await World.tellDelegated { world, manager in
            let domain = Names.firstDomain
            let refused: [CommandAPDU] = [
                DelegatedOperation.install(
                    executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                    application: Names.secondInstance
                ).command(in: domain),
                DelegatedOperation.install(
                    executableLoadFile: BuiltInModule.walletPackage, executableModule: BuiltInModule.walletCompanion,
                    application: Toll.application
                ).command(in: domain),
                InstallCommand.forLoad(.init(executableLoadFile: Toll.package)).command,
                DeleteCommand.object(Toll.otherApplication, withRelated: false).command,
                DeleteCommand.object(CardConfiguration.walletCompanion, withRelated: false).command,
                InstallCommand.forInstall(
                    .init(
                        executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                        application: Toll.application, privileges: [.cardLock])
                ).command,
                GetStatusCommand(.applications).command,
            ]
            let load = Toll.load.command(in: domain)
            for command in refused {
                do {
                    _ = try await world.approve([load, command])
                    Issue.record("\(command) was approved")
                } catch let error as TSMError {
                    #expect(error.refusedCommand == 1)
                }
            }
            #expect(try await world.store.approvals(limit: 5).isEmpty)
            let context = await world.context(world.first)
            let request = ApprovalRequest(
                secureElement: try SecureElementIdentifier(value: World.cin),
                msi: try MobileSubscriptionIdentifier(value: World.subscriber.msi), commands: [load])
            let approval = try await world.tsm.approve(request, context)
            #expect(try await world.tsm.approve(request, context) == approval, "the same key, the same tokens")
            let second = try await world.addProvider()
            _ = try await world.desk.setDelegationPolicy(
                try Toll.policy(second.id), World.founder("second policy"))
            try await world.prePersonalize(second)
            await #expect(throws: TSMError.self) {
                try await world.tsm.approve(request, world.context(second))
            }
            // The own one is settled first: its token was not used.
            let next = try await world.tsm.approve(request, world.context(world.first))
            #expect(next.tokens[0].number == approval.tokens[0].number + 1)
            #expect(try await world.store.approval(approval.id)?.tokens[0].state == .unused)
        }
    }

    @Test("a provider without an agreement, and a card without token keys, get no tokens")
    func withoutAgreement() async throws {
        try await World.tell(figure: .embeddedWithThirdParty, alternatives: .init(hasMandatedDAP: false)) { world in
            let first = await world.first
            try await world.prePersonalize(first)
            await #expect(throws: TSMError.self) { try await world.approve([Toll.load.command(in: Names.firstDomain)]) }
            _ = try await world.desk.setDelegationPolicy(try Toll.policy(first.id), World.founder("policy"))
            await #expect(throws: TSMError.self) { try await world.approve([Toll.load.command(in: Names.firstDomain)]) }
        }
        try await World.tell(figure: .uicc) { world in
            await #expect(throws: TSMError.self) {
                try await world.desk.putTokenKeys(
                    on: try SecureElementIdentifier(value: World.cin), World.founder("token keys"))
            }
        }
    }

    @Test("wherever card, agent or server are lost, a delegated load and installation are done once")
    func cuts() async throws {
        let prepared = try await World.delegated()
        let whole = try await World(from: prepared)
        #expect(try await whole.manager.run(whole.order([Toll.load, Toll.install])) == 2)
        await whole.tearDown()
        let cuts = Sweep.cuts(0..<whole.guillotine.apdus)
        let struck = try await Sweep.run(cuts, from: prepared) { world, cut in
            do {
                try await world.manager.run(world.order([Toll.load, Toll.install]))
                #expect(try await world.selecting(Toll.application) == .success, "\(cut)")
                let inventory = await world.card.card.inventory
                #expect(inventory.loadFiles.count { $0.aid == Toll.package } == 1, "\(cut)")
                #expect(inventory.applications.count { $0.aid == Toll.application } == 1, "\(cut)")
                let id = try SecureElementIdentifier(value: World.cin)
                let content = try await world.store.delegatedContent(on: id)
                #expect(content.map(\.aid) == [Toll.package, Toll.application], "\(cut)")
                #expect(try await world.store.openApproval(on: id) == nil, "\(cut)")
            } catch {
                Issue.record("\(cut): \(error)")
            }
        }
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points of a delegated load and installation")
    }
}

// MARK: - A toll service that manages by itself

enum Toll {
    static let package: AID = "F0544F4C4C0100"
    static let module: AID = "F0544F4C4C010001"
    static let application: AID = "F0544F4C4C01000101"
    static let otherApplication: AID = "F0544F4C4C01000102"

    static let load = DelegatedOperation.load(
        executableLoadFile: package,
        LoadFile(dataBlock: CAPFileBuilder(package: package, applets: [module]).components))
    static let install = installing(application)

    static func installing(_ aid: AID) -> DelegatedOperation {
        .install(executableLoadFile: package, executableModule: module, application: aid)
    }

    static func policy(_ provider: ServiceProviderID) throws -> DelegationPolicy {
        try DelegationPolicy(
            provider: provider, aidPrefixes: [[0xF0, 0x54, 0x4F, 0x4C, 0x4C]],
            packages: [BuiltInModule.paymentPackage])
    }
}

extension World {
    var manager: DelegatedManager {
        DelegatedManager(
            tsm: connection, keys: providerVault, random: SystemRandomSource(), firstPause: .milliseconds(2))
    }

    nonisolated func order(_ operations: [DelegatedOperation]) -> DelegatedManager.Order {
        .init(
            subscriber: Self.subscriber, service: Self.serviceName, paymentReferenceNumber: "PRN-1",
            operations: operations)
    }

    /// What a world has come to whose provider has an SD with Delegated Management and its own keys, on a card with token
    /// keys.
    static func delegated(
        figure: CardConfiguration.Figure = .embeddedWithThirdParty, implementation: UInt8 = 0x70
    ) async throws -> WorldSnapshot {
        let world = try await World(
            implementation: implementation, figure: figure, alternatives: .init(hasMandatedDAP: false))
        _ = try await world.desk.setDelegationPolicy(try Toll.policy(world.first.id), founder("policy"))
        _ = try await world.flow().run(order())
        _ = try await world.desk.putTokenKeys(
            on: SecureElementIdentifier(value: cin), founder("token keys"))
        return await world.snapshot()
    }

    static func tellDelegated(
        figure: CardConfiguration.Figure = .embeddedWithThirdParty, implementation: UInt8 = 0x70,
        _ story: (World, DelegatedManager) async throws -> Void
    ) async throws {
        let world = try await World(from: delegated(figure: figure, implementation: implementation))
        do {
            try await story(world, await world.manager)
        } catch {
            await world.tearDown()
            throw error
        }
        await world.tearDown()
    }

    @discardableResult
    func approve(_ commands: [CommandAPDU]) async throws -> Approval {
        try await tsm.approve(
            ApprovalRequest(
                secureElement: SecureElementIdentifier(value: Self.cin),
                msi: MobileSubscriptionIdentifier(value: Self.subscriber.msi), commands: commands),
            context(first))
    }

    /// What the card answers to one command of the provider's in its own session.
    func response(to command: CommandAPDU) async throws -> ResponseAPDU {
        let card = try await description(first)
        let script = ScriptMaker(keys: providerVault, random: SystemRandomSource()).script(of: [command], for: card)
        let outcome = try await run(try await script.commands(providerVault), first)
        let (result, answers) = try await script.interpreted(ProcessedScript(outcome), providerVault)
        if let answer = answers.first { return answer }
        throw TSMError.internal(reason: "\(result)")
    }

    func answer(to command: CommandAPDU) async throws -> StatusWord { try await response(to: command).statusWord }
}
