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
import Testing
import TrustedServiceManager

/// Three TSMs, each with a process's worth of its own: server, vault, directory, agent. One card.
@Suite("A card that the central TSM, a mobile network's and a third party's share", .serialized)
struct SharedCardTests {
    @Test("TSM-30 each manages its own subtree, at the same time; what lies outside of it the card refuses")
    func subtrees() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let central = try await ServedHouse(folder.appending(path: "central"))
        let mobile = try await ServedHouse(folder.appending(path: "mobile"))
        let third = try await ServedHouse(folder.appending(path: "third"))
        var factory = try await HandsetFactory(
            operator: central.client, transport: central.transport, batch: "shared")
        try await factory.add(.mobileNetwork, operator: mobile.client, transport: mobile.transport)
        try await factory.add(.thirdParty, operator: third.client, transport: third.transport)
        let product = try await factory.make(
            .init(
                msi: "4915100000009", network: ServedHouse.network, type: .uicc,
                configuration: CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false))))
        let id = API.SecureElementIdentifier(type: .cin, value: product.handset.secureElement.seId)
        let agents = Task { try await product.run() }
        let (bank, shop) = (
            try await central.addProvider("Bank", in: folder), try await third.addProvider("Shop", in: folder)
        )

        // All three at the same time: their agents take turns on the card.
        async let provisioned = bank.flow.run(Self.order)
        async let telecom = mobile.install(Telecom.package, Telecom.module, Telecom.application, on: id)
        async let loyalty = third.load(Loyalty.package, Loyalty.module, on: id)
        let instance = try await provisioned
        #expect(try await telecom.isPresent)
        #expect(try await loyalty.isPresent)

        // The third party creates SP SDs under its own SD, by the same requests as the central TSM.
        let prepared = try await shop.client.prePersonalize(
            .init(
                seId: id, msi: .init(type: .mdn, value: product.order.msi), service: .init(id: 2, version: "1"),
                qualifier: .init(spName: "Shop", prn: "PRN-1")))
        let card = await product.card.card.inventory
        func parent(_ aid: AID) -> AID? { card.applications.first { $0.aid == aid }?.securityDomain }
        let shopDomain = try AID(prepared.securityDomain.bytes)
        #expect(parent(Telecom.application) == CardConfiguration.mobileNetworkSecurityDomain)
        #expect(parent(shopDomain) == CardConfiguration.thirdPartySecurityDomain)
        #expect(parent(instance).flatMap(parent) == CardConfiguration.managingCentralSecurityDomain)

        try await expectRefusals(
            [
                (mobile, [instance, shopDomain, Loyalty.package, CardConfiguration.walletCompanion]),
                (third, [Telecom.application, Telecom.package, instance]),
                (central, [Telecom.application, shopDomain, Loyalty.package]),
            ], on: id, product)
        for house in [mobile, third] {
            await #expect(throws: SeneschalClientError.self) { try await house.client.lockSecureElement(id) }
        }
        #expect(await product.card.card.inventory.lifeCycle == "SECURED")
        agents.cancel()
        _ = await agents.result
        for house in [central, mobile, third] { try await house.close() }
    }

    @Test(
        "TSM-28 over HTTP a provider gets tokens, manages by itself and returns receipts; the operator sees all of it")
    func delegatedManagement() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let central = try await ServedHouse(folder.appending(path: "central"))
        let factory = try await HandsetFactory(
            operator: central.client, transport: central.transport, batch: "delegated")
        let product = try await factory.make(
            .init(
                msi: "4915100000009", network: ServedHouse.network, type: .embedded,
                configuration: CardConfiguration(.embeddedWithThirdParty, .init(hasMandatedDAP: false))))
        let id = API.SecureElementIdentifier(type: .cin, value: product.handset.secureElement.seId)
        let agents = Task { try await product.run() }
        let toll = try await central.addProvider("Toll", in: folder)
        let policy = try await central.client.setDelegationPolicy(
            .init(
                providerId: toll.id, steps: [.load, .install],
                aidPrefixes: [HexBytes(Array(Loyalty.package.bytes.prefix(5)))], objectsMax: 2))
        #expect(try await central.client.list(Endpoints.listDelegationPolicies).items == [policy])
        _ = try await toll.flow.run(Self.order)
        #expect(try await central.client.putTokenKeys(on: id).isOnCard)
        let manager = DelegatedManager(tsm: toll.connection, keys: toll.vault, random: SystemRandomSource())
        let file = LoadFile(dataBlock: CAPFileBuilder(package: Loyalty.package, applets: [Loyalty.module]).components)
        let install = DelegatedOperation.install(
            executableLoadFile: Loyalty.package, executableModule: Loyalty.module, application: Loyalty.application)
        func order(_ operations: [DelegatedOperation]) -> DelegatedManager.Order {
            .init(
                subscriber: Self.order.subscriber, service: Self.order.service, paymentReferenceNumber: "PRN-1",
                operations: operations)
        }
        let done = try await manager.run(
            order([.load(executableLoadFile: Loyalty.package, file), install]))
        #expect(done == 2)
        let selection = try await product.card.transmit(SelectCommand(Loyalty.application).command)
        #expect(selection.statusWord == .success)
        let approvals = try await central.client.list(Endpoints.listApprovals).items
        #expect(approvals.map(\.tokenStates) == [[.confirmed, .confirmed]])
        // Deletion has not been agreed.
        await #expect(throws: ProvisioningError.self) {
            try await manager.run(order([.delete(Loyalty.application)]))
        }
        agents.cancel()
        _ = await agents.result
        try await central.close()
    }

    /// Every deletion is refused by the card, which keeps its registry.
    private func expectRefusals(
        _ attempts: [(ServedHouse, [AID])], on id: API.SecureElementIdentifier, _ product: HandsetFactory.Product
    ) async throws {
        let before = await product.card.card.inventory
        for (house, objects) in attempts {
            for aid in objects {
                do {
                    _ = try await house.client.deleteContent(.init(aid: HexBytes(aid.bytes)), on: id)
                    Issue.record("\(aid) was deleted by a TSM that does not manage it")
                } catch let error {
                    guard case .problem(let problem) = error else { throw error }
                    #expect(problem.code == .cardRefused, "\(aid)")
                }
            }
        }
        let after = await product.card.card.inventory
        #expect(after.applications.map(\.aid) == before.applications.map(\.aid))
        #expect(after.loadFiles == before.loadFiles)
    }

    private static let order = ProvisioningFlow.Order(
        subscriber: Subscriber(msi: "4915100000009"), service: ServiceName(number: 1, version: "1"),
        paymentReferenceNumber: "PRN-1",
        data: PersonalizationData([
            DataGrouping(0x0101, BERTLV(0x70, [BERTLV(0x5F20, Array("A. CARDHOLDER".utf8))]).bytes),
            DataGrouping(0x9102, BERTLV(0x50, Array("BANK".utf8)).bytes),
            DataGrouping(
                0x9104,
                BERTLV(0x82, [0, 0] as [UInt8]).bytes + BERTLV(0x94, [8, 1, 1, 0] as [UInt8]).bytes),
        ]))

    private enum Telecom {
        static let package: AID = "F0434152524945520100"
        static let module: AID = "F043415252494552010001"
        static let application: AID = "F04341525249455201000101"
    }
}

private enum Loyalty {
    static let package: AID = "F04C4F59414C545901"
    static let module: AID = "F04C4F59414C54590101"
    static let application: AID = "F04C4F59414C5459010101"
}

/// A TSM of whatever role, served over HTTP.
private struct ServedHouse: Sendable {
    static let network = "north"

    let house: CentralTSMHouse
    let transport: HTTPTransport
    let client: SeneschalClient
    private let serving: Task<Void, any Error>

    init(_ folder: URL) async throws {
        let house = try CentralTSMHouse(
            folder: folder.path, unlock: .keyFile(folder.path + ".key"),
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .critical) })
        let (ports, found) = AsyncStream<Int>.makeStream()
        serving = Task {
            try await house.server.run(at: ServerAddress(host: "127.0.0.1", port: 0)) { found.yield($0) }
        }
        let port = try #require(await ports.first { _ in true })
        transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
        client = SeneschalClient(
            transport, credential: AccessCredential(secret: try await house.desk.createOperatorCredential(name: "test"))
        )
        _ = try await client.registerMobileNetwork(.init(name: Self.network))
        for (number, package, module) in [
            (1, BuiltInModule.paymentPackage, BuiltInModule.payment), (2, Loyalty.package, Loyalty.module),
        ] {
            _ = try await client.registerService(
                .init(
                    service: .init(id: number, version: "1"), name: "Service \(number)",
                    executableLoadFile: HexBytes(package.bytes), executableModule: HexBytes(module.bytes),
                    instanceAIDPrefix: HexBytes(package.bytes),
                    minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1")))
        }
        self.house = house
    }

    func close() async throws {
        await transport.close()
        serving.cancel()
        _ = await serving.result
        try house.close()
    }

    struct Provider: Sendable {
        let id: String
        let client: SeneschalClient
        let vault: ProviderVault
        let connection: HTTPCentralTSMConnection
        let flow: ProvisioningFlow
    }

    func addProvider(_ name: String, in folder: URL) async throws -> Provider {
        let path = folder.appending(path: name).path
        let vault = try ProviderVault.open(at: path + ".vault", unlock: .keyFile(path + ".key"))
        let registered = try await client.registerServiceProvider(
            .init(name: name, transportKey: try vault.transportKey()))
        try await vault.importTemporaryMasterKey(wrapped: registered.temporaryMasterKey.wrappedKey.bytes)
        let client = SeneschalClient(transport, credential: AccessCredential(secret: registered.secret))
        let connection = HTTPCentralTSMConnection(client, providerName: name)
        return Provider(
            id: registered.provider.id, client: client, vault: vault, connection: connection,
            flow: ProvisioningFlow(tsm: connection, keys: vault, random: SystemRandomSource()))
    }

    func load(_ package: AID, _ module: AID, on id: API.SecureElementIdentifier) async throws -> API.Content {
        try await client.loadPackage(
            .init(
                aid: HexBytes(package.bytes),
                loadFileDataBlock: HexBytes(CAPFileBuilder(package: package, applets: [module]).components)), on: id)
    }

    func install(
        _ package: AID, _ module: AID, _ application: AID, on id: API.SecureElementIdentifier
    ) async throws -> API.Content {
        _ = try await load(package, module, on: id)
        return try await client.installApplication(
            .init(
                executableLoadFile: HexBytes(package.bytes), executableModule: HexBytes(module.bytes),
                aid: HexBytes(application.bytes)), on: id)
    }
}
