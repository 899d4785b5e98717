import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
import HTTPServer
import ISO7816
import KeyVault
import Logging
import SecureElement
import SeneschalAPI
import SeneschalClient
import Terminal
import TrustedServiceManager

/// A central TSM at its server, service providers that ask it over HTTP, and telephones of which somebody hears every
/// word that their cards are told.
final class HandsetTown {
    let eavesdropper = Eavesdropper()
    let folder: URL
    let logger: Logger
    private let log: TownLog
    private let house: CentralTSMHouse
    private let server: RunningServer
    private let transport: HTTPTransport
    private let desk: SeneschalClient
    private let factory: HandsetFactory
    private var agents: [Task<Void, Never>] = []
    private var vaults: [ProviderVault] = []

    static let network = "north"

    static func tell(_ body: (HandsetTown) async throws -> Void) async throws {
        let town = try await HandsetTown()
        do {
            try await body(town)
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        let log = TownLog()
        self.log = log
        logger = Logger(label: "town") { JSONLinesLogHandler(label: $0, logLevel: .trace, write: log.append) }
        house = try CentralTSMHouse(
            folder: folder.appending(path: "tsm").path, unlock: .keyFile(folder.appending(path: "tsm.key").path),
            limits: RemoteAgentLimits(longPollSeconds: 2, connectSeconds: 2), logger: logger)
        server = try await RunningServer(house.server)
        transport = try HTTPTransport(server: server.address)
        desk = SeneschalClient(
            transport, credential: AccessCredential(secret: try await house.desk.createOperatorCredential(name: "test"))
        )
        _ = try await desk.registerMobileNetwork(.init(name: Self.network))
        for service in PaymentServices.all { _ = try await desk.registerService(service) }
        factory = try await HandsetFactory(operator: desk, transport: transport, batch: "town")
    }

    private func close() async {
        for agent in agents {
            agent.cancel()
            await agent.value
        }
        for vault in vaults { vault.close() }
        await transport.close()
        await server.stop()
        try? house.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A service provider with a vault of its own.
    func provider(_ name: String) async throws -> RegisteredProvider {
        let vault = try World.openProviderVault(
            in: WorldSnapshot.copy(of: try WorldSnapshot.emptyProviderVault.get(), in: folder))
        vaults.append(vault)
        return try await RegisteredProvider(name, vault: vault, registeredBy: desk, over: transport)
    }

    /// A telephone that its mobile network reaches.
    func telephone(_ number: String) async throws -> HandsetFactory.Product {
        let eavesdropper = eavesdropper
        let product = try await factory.make(.init(msi: number, network: Self.network, type: .embedded)) { card in
            OverheardCard(card: card, eavesdropper: eavesdropper)
        }
        agents.append(Task { try? await product.run() })
        return product
    }

    /// What the central TSM has written, and every word to the cards.
    func heard() throws -> [String: [UInt8]] {
        var heard = [
            "log": Array(log.text.utf8), "cards": eavesdropper.all.flatMap { $0.command.bytes + $0.response.data },
        ]
        let kept = folder.appending(path: "tsm")
        for file in try FileManager.default.contentsOfDirectory(at: kept, includingPropertiesForKeys: nil) {
            heard[file.lastPathComponent] = [UInt8](try Data(contentsOf: file))
        }
        return heard
    }
}

/// A fare gate whose security module knows an issuer's purses.
struct TownGate {
    static let fare: UInt32 = 200

    private let keys: PurseKeys
    private let journal: FileGateJournal

    init(_ keys: PurseKeys, in folder: URL) throws {
        self.keys = keys
        journal = try FileGateJournal(path: folder.appending(path: "gate.journal").path)
    }

    /// Somebody holds a telephone to it.
    func pass(_ telephone: HandsetFactory.Product) async throws -> GateVerdict {
        let module = PurchaseSAM(terminal: try PurseTerminalNumber([0, 0, 0, 0, 0, 7]), key: keys.purchase)
        var gate = try await GateTerminal(
            GateProfile(), securityModule: InProcessCard(module), journal: journal, barrier: OpenBarrier())
        return try await gate.present(
            telephone.card.contactless, fare: GateFare(Self.fare), at: SystemClock().now())
    }

    private struct OpenBarrier: GateBarrier {
        func open() async {}
    }
}
