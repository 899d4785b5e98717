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
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import Synchronization
import Testing
import TrustedServiceManager

/// The whole road over sockets: provider and handsets reach the server by HTTP only.
@Suite("The main road over HTTP", .serialized)
struct OverHTTPTests {
    /// Stands in the personalization data, and nowhere else.
    private static let secret = "MR A CARDHOLDER 0815"

    @Test(
        "TSM-06, TSM-27 two cards on two networks are provisioned over HTTP, one with keys through its CASD, and no log, database or vault tells the data"
    )
    func provision() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = Mutex("")
        let house = try CentralTSMHouse(
            folder: folder.path, unlock: .keyFile(folder.appending(path: "vault.key").path),
            logger: Logger(label: "test") { label in
                JSONLinesLogHandler(label: label, logLevel: .trace) { line in log.withLock { $0 += line } }
            })
        let secrets = try await serve(house) { server in
            let transport = try HTTPTransport(server: server)
            let secrets = try await story(house, transport, folder)
            await transport.close()
            return secrets
        }
        try house.close()
        try expectNoLeak(in: folder, log.withLock { $0 }, secrets)
    }

    private func serve(
        _ house: CentralTSMHouse, _ body: (String) async throws -> [String]
    ) async throws -> [String] {
        let (ports, found) = AsyncStream<Int>.makeStream()
        let serving = Task {
            try await house.server.run(at: ServerAddress(host: "127.0.0.1", port: 0)) { found.yield($0) }
        }
        let port = try #require(await ports.first { _ in true })
        let secrets = try await body("http://127.0.0.1:\(port)")
        serving.cancel()
        _ = try? await serving.value
        return secrets
    }

    /// - Returns: the bearer secrets that were handed out.
    private func story(
        _ house: CentralTSMHouse, _ transport: HTTPTransport, _ folder: URL
    ) async throws -> [String] {
        let operatorSecret = try await house.desk.createOperatorCredential(name: "test")
        let desk = SeneschalClient(transport, credential: AccessCredential(secret: operatorSecret))
        for network in ["north", "south"] { _ = try await desk.registerMobileNetwork(.init(name: network)) }
        _ = try await desk.registerService(Self.service)
        let vault = try ProviderVault.open(
            at: folder.appending(path: "bank.vault").path,
            unlock: .keyFile(folder.appending(path: "bank.key").path))
        let bank = try await desk.registerServiceProvider(
            .init(name: "Bank", transportKey: try vault.transportKey()))
        try await vault.importTemporaryMasterKey(wrapped: bank.temporaryMasterKey.wrappedKey.bytes)
        let authority = ReferenceAuthority()
        try await enroll(vault, with: authority)
        let flow = ProvisioningFlow(
            tsm: HTTPCentralTSMConnection(
                SeneschalClient(transport, credential: AccessCredential(secret: bank.secret)), providerName: "Bank"),
            keys: vault, random: SystemRandomSource(), confidentiality: .whereAvailable(vault))
        var factory = try await HandsetFactory(operator: desk, transport: transport, batch: "test")
        factory.authority = authority
        let handsets = [
            try await factory.make(.init(msi: "4915100000001", network: "north", type: .embedded)),
            try await factory.make(
                .init(msi: "4915100000002", network: "south", type: .uicc, configuration: .uiccWithThirdParty)),
        ]
        let agents = Task { await switchOn(handsets) }
        for (number, product) in handsets.enumerated() {
            let steps = Steps()
            let instance = try await flow.run(order(product.order.msi, isCombined: number == 1)) { await steps.add($0) }
            #expect(await steps.all.contains(.settingKeysConfidentially))
            #expect(await steps.all.contains(.foundNoControllingAuthority) == (number == 0))
            let selection = try await product.card.transmit(SelectCommand(instance).command)
            #expect(selection.statusWord == .success)
        }
        #expect(await house.networks.remoteAgent(of: "north").attached.count == 1)
        #expect(await house.networks.remoteAgent(of: "south").attached.count == 1)
        agents.cancel()
        _ = await agents.value
        vault.close()
        return [operatorSecret, bank.secret]
    }

    private actor Steps {
        private(set) var all: [ProvisioningFlow.Step] = []
        func add(_ step: ProvisioningFlow.Step) { all.append(step) }
    }

    private func enroll(_ vault: ProviderVault, with authority: ReferenceAuthority) async throws {
        let key = try await vault.confidentialSetupKey()
        let certificate = try authority.certificate(
            of: .elliptic(point: key.uncompressedPoint, parameterReference: 0), for: .signatureVerification,
            subject: Array("Bank".utf8))
        try await vault.importConfidentialSetup(
            certificate: certificate, authorities: [ReferenceAuthority.identifier: authority.publicKey])
    }

    private func switchOn(_ handsets: [HandsetFactory.Product]) async {
        await withTaskGroup(of: Void.self) { group in
            for product in handsets { group.addTask { try? await product.handset.run(connection: product.connection) } }
        }
    }

    private func order(_ msi: String, isCombined: Bool) -> ProvisioningFlow.Order {
        let options = [BERTLV(0x82, [0, 0] as [UInt8]), BERTLV(0x94, [8, 1, 1, 0] as [UInt8])]
        return ProvisioningFlow.Order(
            subscriber: Subscriber(msi: msi), service: ServiceName(number: 1, version: "1"),
            paymentReferenceNumber: "PRN",
            data: PersonalizationData([
                DataGrouping(0x0101, BERTLV(0x70, [BERTLV(0x5F20, Array(Self.secret.utf8))]).bytes),
                DataGrouping(0x9102, BERTLV(0x50, Array("BANK".utf8)).bytes), DataGrouping(0x9104, options.bytes),
            ]), isCombined: isCombined)
    }

    private static let service = API.Service(
        service: .init(id: 1, version: "1"), name: "Pay",
        executableLoadFile: HexBytes(BuiltInModule.paymentPackage.bytes),
        executableModule: HexBytes(BuiltInModule.payment.bytes),
        instanceAIDPrefix: HexBytes(BuiltInModule.paymentPackage.bytes),
        minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1"))

    /// Looks for what must not be told, in every way it could be written, in everything the server has written.
    private func expectNoLeak(in folder: URL, _ log: String, _ secrets: [String]) throws {
        let plain = Array(Self.secret.utf8)
        let forms =
            [
                Self.secret, plain.hex, plain.hex.lowercased(), Data(plain).base64EncodedString(),
            ] + secrets
        #expect(log.contains("/tsm/v1/"), "the log is the server's")
        var written = [("log", Data(log.utf8))]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            written.append((file.lastPathComponent, try Data(contentsOf: file)))
        }
        #expect(written.contains { $0.0 == "seneschal.sqlite" })
        for (name, bytes) in written {
            for form in forms { #expect(bytes.range(of: Data(form.utf8)) == nil, "\(name) tells a secret") }
        }
    }
}
