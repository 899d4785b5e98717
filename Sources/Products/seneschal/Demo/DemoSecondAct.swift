import Assembly
import CardCryptography
import CardLink
import Foundation
import GlobalPlatform
import HTTPServer
import ISO7816
import KeyVault
import Logging
import MobileDevice
import SERAM
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import TrustedServiceManager

/// A card that three parties share: the central TSM, the mobile network's own TSM, and a provider that manages content
/// by itself, with tokens of the central TSM's (Fig. 8).
struct DemoSecondAct {
    let stage: DemoStage
    let folder: URL
    let showsAPDUs: Bool

    private static let msi = "4915112345674"
    private static let network = DemoStage.networks[0]

    func tell() async throws {
        let house = try CentralTSMHouse(
            folder: folder.appending(path: "mobile-network").path,
            unlock: .keyFile(folder.appending(path: "mobile-network.key").path),
            logger: Logger(label: "seneschal") { JSONLinesLogHandler(label: $0, logLevel: .critical) })
        let secret = try await house.desk.createOperatorCredential(name: "demo")
        let (ports, found) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await house.server.run(at: ServerAddress(host: "127.0.0.1", port: 0)) { found.yield($0) }
            }
            group.addTask {
                guard let port = await ports.first(where: { _ in true }) else { return }
                try await play("http://127.0.0.1:\(port)", secret)
            }
            // The act's end, or the server's, whichever comes first, is the end.
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        try house.close()
    }

    private func play(_ server: String, _ secret: String) async throws {
        let transport = try HTTPTransport(server: server)
        let mobileNetwork = SeneschalClient(transport, credential: AccessCredential(secret: secret))
        _ = try await mobileNetwork.registerMobileNetwork(.init(name: Self.network))
        var factory = try await HandsetFactory(
            operator: stage.operatorClient, transport: stage.transport, batch: "shared cards")
        try await factory.add(.mobileNetwork, operator: mobileNetwork, transport: transport)
        let trace = CardTrace { Terminal.output("        \($0)") }
        let product = try await factory.make(
            .init(
                msi: Self.msi, network: Self.network, type: .uicc,
                configuration: CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)))
        ) { card -> any CardChannel in
            if showsAPDUs { TracedChannel(card: card, trace: trace) } else { card }
        }
        chapter(
            "A UICC with a third party (Fig. 8), shared by the central TSM and \(Self.network)'s own TSM at \(server)")
        let switchedOn = Task { try await product.run() }
        try await provisionByTheCentralTSM(product)
        try await manageByTheMobileNetwork(product, mobileNetwork)
        try await manageWithTokens(product)
        try await lockThroughTheIssuer(product)
        chapter("The shared card now")
        for line in CardReport(await product.card.card.inventory).lines { say(line) }
        switchedOn.cancel()
        _ = await switchedOn.result
        await transport.close()
    }

    /// The same requests as on every other card (TSM-05): the central SD is not the issuer's here.
    private func provisionByTheCentralTSM(_ product: HandsetFactory.Product) async throws {
        let instance = try await stage.bank.flow.run(order(stage.bank, "VISIT-0004")) { DemoStory.tell($0) }
        say("SELECT            \(instance) answers \(try await select(instance, product))")
    }

    /// In its own security domain, with its own keys, from its own process; and nowhere else (TSM-30).
    private func manageByTheMobileNetwork(
        _ product: HandsetFactory.Product, _ client: SeneschalClient
    ) async throws {
        chapter("\(Self.network)'s TSM manages the MNO SD, and nothing but that")
        let element = API.SecureElementIdentifier(type: .cin, value: product.handset.secureElement.seId)
        let loaded = try await client.loadPackage(
            .init(
                aid: HexBytes(Telecom.package.bytes),
                loadFileDataBlock: HexBytes(
                    CAPFileBuilder(package: Telecom.package, applets: [Telecom.module]).components)),
            on: element)
        say("load              \(Telecom.package), \(loaded.isPresent ? "on the card" : "missing")")
        let installed = try await client.installApplication(
            .init(
                executableLoadFile: HexBytes(Telecom.package.bytes), executableModule: HexBytes(Telecom.module.bytes),
                aid: HexBytes(Telecom.application.bytes)), on: element)
        say("install           telecom applet, under \(installed.securityDomain?.bytes.hex ?? "its own SD")")
        let services = try await stage.bank.client.secureElementData(.init(msi: name)).seData.spData.services
        guard let bank = services.first?.instanceAID else { return }
        say("delete            the bank's application: \(try await deletion(of: bank, on: element, client))")
    }

    private func deletion(
        of aid: HexBytes, on element: API.SecureElementIdentifier, _ client: SeneschalClient
    ) async throws -> String {
        do {
            return try await client.deleteContent(.init(aid: aid), on: element).isPresent ? "still there" : "gone"
        } catch let error {
            guard case .problem(let problem) = error else { throw error }
            return problem.detail ?? problem.title
        }
    }

    /// Delegated Management: approved by the central TSM, carried out by the provider, confirmed by the card (TSM-28).
    private func manageWithTokens(_ product: HandsetFactory.Product) async throws {
        chapter("\(stage.transit.name) manages by itself, with tokens of the central TSM's")
        let provider = try await stage.operatorClient.list(Endpoints.listServiceProviders).items
            .first { $0.name == stage.transit.name }
        _ = try await stage.operatorClient.setDelegationPolicy(
            .init(providerId: provider?.id ?? "", aidPrefixes: [HexBytes(Toll.prefix)]))
        _ = try await stage.transit.flow.run(order(stage.transit, "FARE-0002"))
        let element = API.SecureElementIdentifier(type: .cin, value: product.handset.secureElement.seId)
        _ = try await stage.operatorClient.putTokenKeys(on: element)
        say("keys on the card  70 verifies tokens, 71 makes receipts")
        let connection = stage.transit.tsm
        let manager = DelegatedManager(tsm: connection, keys: stage.transit.vault, random: SystemRandomSource())
        let file = LoadFile(dataBlock: CAPFileBuilder(package: Toll.package, applets: [Toll.module]).components)
        let install = DelegatedOperation.install(
            executableLoadFile: Toll.package, executableModule: Toll.module, application: Toll.application)
        try await manager.run(
            .init(
                subscriber: Subscriber(msi: Self.msi), service: DemoStage.service, paymentReferenceNumber: "FARE-0002",
                operations: [.load(executableLoadFile: Toll.package, file), install])
        ) { say($0.inWords) }
        say("SELECT            \(Toll.application) answers \(try await select(Toll.application, product))")
        try await replay(connection)
    }

    /// A token works once.
    private func replay(_ connection: HTTPCentralTSMConnection) async throws {
        guard
            let element = try await stage.transit.client.secureElementData(.init(msi: name)).seData.spData
                .securityDomain,
            let domain = try? AID(element.aid.bytes)
        else { return }
        let second = DelegatedOperation.install(
            executableLoadFile: Toll.package, executableModule: Toll.module, application: Toll.second)
        let approval = try await connection.requestTokens(
            for: [second.command(in: domain)],
            on: try await connection.secureElement(of: Subscriber(msi: Self.msi)).id,
            of: Subscriber(msi: Self.msi), key: SeneschalClient.newIdempotencyKey())
        guard let token = approval.tokens.first else { return }
        let first = try await send(token.command, connection)
        say("token \(token.number)           used: the card answers \(first.statusWord)")
        _ = try await connection.returnReceipts(
            [CardReceipt(tokenNumber: token.number, answer: first.data)], of: approval.id,
            key: SeneschalClient.newIdempotencyKey())
        say(
            "token \(token.number)           used again: the card answers \(try await send(token.command, connection).statusWord)"
        )
    }

    /// One command in a session of the provider's own.
    private func send(_ command: CommandAPDU, _ connection: HTTPCentralTSMConnection) async throws -> ResponseAPDU {
        let element = try await connection.secureElement(of: Subscriber(msi: Self.msi))
        guard let card = element.card else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        let maker = ScriptMaker(keys: stage.transit.vault, random: SystemRandomSource())
        let script = maker.script(of: [command], for: card)
        let target = ServiceTarget(
            subscriber: Subscriber(msi: Self.msi), secureElementID: element.id, service: DemoStage.service,
            paymentReferenceNumber: "FARE-0002")
        let communication = try await connection.beginCommunication(
            target, application: card.securityDomain, scriptBytes: script.scriptBytesMax,
            operation: API.Operation.postPersonalization.rawValue, key: SeneschalClient.newIdempotencyKey())
        let processed = try await connection.processScript(
            try await script.commands(stage.transit.vault), communication: communication,
            key: SeneschalClient.newIdempotencyKey())
        let (_, answers) = try await script.interpreted(processed, stage.transit.vault)
        try await connection.endCommunication(
            communication, succeeded: true, key: SeneschalClient.newIdempotencyKey())
        return answers.first ?? ResponseAPDU(.conditionsOfUseNotSatisfied)
    }

    /// The central TSM holds a key set of the issuer SD, for this and nothing else (TSM-29).
    private func lockThroughTheIssuer(_ product: HandsetFactory.Product) async throws {
        chapter("The operator locks the whole card through its issuer SD, and lets it work again")
        let element = API.SecureElementIdentifier(type: .cin, value: product.handset.secureElement.seId)
        let locked = try await stage.operatorClient.lockSecureElement(element)
        say(
            "lock              \(locked.lifeCycle.rawValue); SELECT answers \(try await select(Toll.application, product))"
        )
        let unlocked = try await stage.operatorClient.unlockSecureElement(element)
        say(
            "unlock            \(unlocked.lifeCycle.rawValue); SELECT answers \(try await select(Toll.application, product))"
        )
    }

    // MARK: Names

    private enum Telecom {
        static let package: AID = "F0434152524945520100"
        static let module: AID = "F043415252494552010001"
        static let application: AID = "F04341525249455201000101"
    }

    private enum Toll {
        static let prefix: [UInt8] = [0xF0, 0x54, 0x4F, 0x4C, 0x4C]
        static let package: AID = "F0544F4C4C0100"
        static let module: AID = "F0544F4C4C010001"
        static let application: AID = "F0544F4C4C01000101"
        static let second: AID = "F0544F4C4C01000102"
    }

    private var name: API.MobileSubscriptionIdentifier { .init(type: .mdn, value: Self.msi) }

    private func order(_ provider: RegisteredProvider, _ prn: String) -> ProvisioningFlow.Order {
        ProvisioningFlow.Order(
            subscriber: Subscriber(msi: Self.msi), service: DemoStage.service, paymentReferenceNumber: prn,
            data: DemoStory.personalization(of: provider.name), isCombined: true)
    }

    private func select(_ aid: AID, _ product: HandsetFactory.Product) async throws -> StatusWord {
        try await product.card.transmit(SelectCommand(aid).command).statusWord
    }
}
