import Assembly
import CardCryptography
import CardLink
import Foundation
import ISO7816
import KeyVault
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider

/// What the demo plays on: a server, its operator, two providers, three handsets on two mobile networks.
struct DemoStage {
    static let networks = ["northwind", "southwind"]
    static let bank = "Harbour Bank"
    static let transit = "City Transit"
    static let service = ServiceName(number: 1001, version: "1.0")

    let server: String
    let operatorClient: SeneschalClient
    let bank: DemoProvider
    let transit: DemoProvider
    let handsets: [HandsetFactory.Product]
    let transport: HTTPTransport

    init(server: String, operatorSecret: String, folder: URL, showsAPDUs: Bool) async throws {
        self.server = server
        transport = try HTTPTransport(server: server)
        operatorClient = SeneschalClient(transport, credential: AccessCredential(secret: operatorSecret))
        for name in Self.networks { _ = try await operatorClient.registerMobileNetwork(.init(name: name)) }
        _ = try await operatorClient.registerService(Self.paymentService)
        bank = try await DemoProvider(Self.bank, operatorClient, transport, folder)
        transit = try await DemoProvider(Self.transit, operatorClient, transport, folder)
        let factory = try await HandsetFactory(
            operator: operatorClient, transport: transport, batch: "demo handsets")
        let trace = CardTrace { Terminal.output("        \($0)") }
        var handsets: [HandsetFactory.Product] = []
        for order in Self.orders {
            handsets.append(
                try await factory.make(order) { card -> any CardChannel in
                    if showsAPDUs { TracedChannel(card: card, trace: trace) } else { card }
                })
        }
        self.handsets = handsets
    }

    func close() async {
        bank.vault.close()
        transit.vault.close()
        await transport.close()
    }

    private static let orders = [
        HandsetFactory.Order(msi: "4915112345671", network: networks[0], type: .embedded),
        HandsetFactory.Order(msi: "4915112345672", network: networks[1], type: .nfcEnabler),
        HandsetFactory.Order(msi: "4915112345673", network: networks[1], type: .embedded),
    ]

    /// The generic payment application, instantiated once for every provider that asks.
    private static let paymentService = API.Service(
        service: .init(id: service.number, version: service.version), name: "Contactless payment",
        executableLoadFile: HexBytes(BuiltInModule.paymentPackage.bytes),
        executableModule: HexBytes(BuiltInModule.payment.bytes),
        instanceAIDPrefix: HexBytes(BuiltInModule.paymentPackage.bytes),
        minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1"), minimumCertificationLevel: 3)
}

/// A service provider: its credential, and its vault with keys that the central TSM never sees.
struct DemoProvider {
    let name: String
    let vault: ProviderVault
    let client: SeneschalClient

    init(
        _ name: String, _ operatorClient: SeneschalClient, _ transport: HTTPTransport, _ folder: URL
    ) async throws {
        self.name = name
        let path = folder.appending(path: name).path
        vault = try ProviderVault.open(at: path + ".vault", unlock: .keyFile(path + ".key"))
        let registered = try await operatorClient.registerServiceProvider(
            .init(name: name, transportKey: try vault.transportKey()))
        try await vault.importTemporaryMasterKey(wrapped: registered.temporaryMasterKey.wrappedKey.bytes)
        client = SeneschalClient(transport, credential: AccessCredential(secret: registered.secret))
    }

    var flow: ProvisioningFlow {
        ProvisioningFlow(
            tsm: HTTPCentralTSMConnection(client, providerName: name), keys: vault, random: SystemRandomSource())
    }
}

/// A card whose conversation is written down as it happens.
struct TracedChannel: CardChannel {
    let card: InProcessCard<SecureElement>
    let trace: CardTrace

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response = try await card.transmit(command)
        trace.record(command, response)
        return response
    }

    func reset() async throws(CardUnreachable) { try await card.reset() }
}
