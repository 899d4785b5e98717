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
    let bank: RegisteredProvider
    let transit: RegisteredProvider
    let handsets: [HandsetFactory.Product]
    let transport: HTTPTransport

    init(server: String, operatorSecret: String, folder: URL, showsAPDUs: Bool) async throws {
        self.server = server
        transport = try HTTPTransport(server: server)
        operatorClient = SeneschalClient(transport, credential: AccessCredential(secret: operatorSecret))
        for name in Self.networks { _ = try await operatorClient.registerMobileNetwork(.init(name: name)) }
        _ = try await operatorClient.registerService(Self.paymentService)
        bank = try await RegisteredProvider(Self.bank, operatorClient, transport, in: folder)
        transit = try await RegisteredProvider(Self.transit, operatorClient, transport, in: folder)
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
    private static let paymentService = API.Service.builtIn(
        service.number, "Contactless payment", BuiltInModule.paymentPackage, BuiltInModule.payment,
        instances: BuiltInModule.paymentPackage.bytes)
}

extension RegisteredProvider {
    /// With a vault of its own in the demonstration's folder.
    init(
        _ name: String, _ operatorClient: SeneschalClient, _ transport: HTTPTransport, in folder: URL
    ) async throws {
        let path = folder.appending(path: name).path
        try await self.init(
            name, vault: try ProviderVault.open(at: path + ".vault", unlock: .keyFile(path + ".key")),
            registeredBy: operatorClient, over: transport)
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
