import CardCryptography
import CardLink
import CardTesting
import Foundation
import GlobalPlatform
import ISO7816
import KeyVault
import MobileDevice
import SERAM
import SecureChannel
import SecureElement
import ServiceProvider
import Storage
import TrustedServiceManager

/// One central TSM, one handset, one provider: everything real but the sockets, and everything may die.
actor World {
    static let network = "northwind"
    static let providerName = "Harbour Bank"
    static let subscriber = Subscriber(msi: "4915112345678")
    static let serviceName = ServiceName(number: 1001, version: "1.0")
    static let cin = "0102030405060708"

    private let folder: URL
    private var server: Server
    let card: InProcessCard<SecureElement>
    let guillotine: Guillotine
    /// Whoever sees all that passes between the first card and its handset.
    let eavesdropper = Eavesdropper()
    let providerVault: ProviderVault
    nonisolated let provider: ServiceProviderID
    /// The batch that all cards of this world come from.
    let batch: CardBatch
    /// Of the first card.
    nonisolated let configuration: CardConfiguration
    private var handsets: [Task<Void, Never>] = []
    private var vaults: [ProviderVault] = []
    private(set) var serverStarts = 1

    /// A central TSM as a process holds it; killing it closes its store before anything else can be written.
    struct Server: Sendable {
        let store: SQLiteStore
        let vault: SealedVault
        let tsm: CentralTSM
        let networks: MobileNetworks
        let desk: OperatorDesk
    }

    /// - Parameter implementation: the card's "i" parameter: 70 pseudo-random challenges, 60 random ones.
    init(
        _ cut: Cut? = nil, commitCut: CommitCut? = nil, implementation: UInt8 = 0x70,
        figure: CardConfiguration.Figure = .embedded, alternatives: CardConfiguration.Alternatives = .init(),
        authority: TestAuthority? = nil, link: ModuleLink = .direct
    ) async throws {
        let registration = CardRegistration(
            implementation: implementation, configuration: CardConfiguration(figure, alternatives),
            authority: authority)
        try await self.init(from: .founded(registration), cut, commitCut: commitCut, link: link)
    }

    /// Goes on from where another world stood; APDUs and writes count from there.
    init(
        from snapshot: WorldSnapshot, _ cut: Cut? = nil, commitCut: CommitCut? = nil, link: ModuleLink = .direct
    ) async throws {
        configuration = snapshot.configuration
        folder = try snapshot.folderCopy()
        waitsLong = cut == nil && commitCut == nil
        server = try Self.startServer(in: folder, link: link, commitCut, waitsLong: waitsLong)
        self.link = link
        self.commitCut = commitCut
        let box = ServerBox()
        guillotine = Guillotine(cut) { await box.world?.killServer() }
        providerVault = try Self.openProviderVault(in: folder)
        provider = snapshot.provider
        batch = snapshot.batch
        card = InProcessCard(snapshot.card)
        box.world = self
        commitCut?.arm { await box.world?.killServer() }
        attachHandset(to: Self.network, cin: Self.cin, card: card, guillotine: guillotine)
    }

    /// Ends this world and keeps what it had come to.
    func snapshot() async -> WorldSnapshot {
        var card = await card.card
        card.reset()
        let snapshot = WorldSnapshot(
            folder: folder, card: card, configuration: configuration, batch: batch, provider: provider)
        await close()
        return snapshot
    }

    /// A handset with this card comes into the reach of a mobile network.
    func attachHandset(
        to network: String, cin: String, card: InProcessCard<SecureElement>, guillotine: Guillotine
    ) {
        handsets.append(
            Task { [weak self] in
                await self?.runHandset(network: network, cin: cin, card: card, guillotine: guillotine)
            })
    }

    /// The vault of another provider, which goes with this world.
    func openAnotherProviderVault() throws -> ProviderVault {
        let vault = try Self.openProviderVault(
            in: WorldSnapshot.copy(of: try WorldSnapshot.emptyProviderVault.get(), in: folder))
        vaults.append(vault)
        return vault
    }

    private let link: ModuleLink
    private let commitCut: CommitCut?
    /// Where nothing is cut, a report that is late is on its way: worlds that run side by side share the machine.
    private let waitsLong: Bool

    static func openProviderVault(in folder: URL) throws -> ProviderVault {
        try ProviderVault.open(
            at: folder.appending(path: "provider.vault").path,
            unlock: .keyFile(folder.appending(path: "provider.key").path))
    }

    /// Breaks the circle between the guillotine and the world that it belongs to.
    private final class ServerBox: @unchecked Sendable { weak var world: World? }

    func tearDown() async {
        await close()
        try? FileManager.default.removeItem(at: folder)
    }

    private func close() async {
        for handset in handsets { handset.cancel() }
        await server.networks.shutDown()
        try? server.store.close()
        server.vault.close()
        for vault in [providerVault] + vaults { vault.close() }
    }

    // MARK: Parties

    var tsm: CentralTSM { server.tsm }
    var store: SQLiteStore { server.store }
    var desk: OperatorDesk { server.desk }
    var vault: SealedVault { server.vault }
    func remoteAgent(_ network: String = World.network) -> RemoteAgent { server.networks.remoteAgent(of: network) }

    var connection: InProcessCentralTSM { connection(of: provider, named: Self.providerName) }

    func connection(of provider: ServiceProviderID, named name: String) -> InProcessCentralTSM {
        InProcessCentralTSM(tsm: { [self] in await tsm }, provider: provider, providerName: name)
    }

    nonisolated func flow(confidentiality: ConfidentialSetupPolicy = .never) async -> ProvisioningFlow {
        ProvisioningFlow(
            tsm: await connection, keys: providerVault, random: SystemRandomSource(),
            confidentiality: confidentiality, firstPause: .milliseconds(2))
    }

    /// The provider gets a certificate, with which it sets keys through the controlling authorities of cards.
    nonisolated func enroll(_ authority: TestAuthority) async throws {
        let key = try await providerVault.confidentialSetupKey()
        try await providerVault.importConfidentialSetup(
            certificate: authority.certificate(
                of: .elliptic(point: key.uncompressedPoint, parameterReference: 0), for: .signatureVerification),
            authorities: [authority.identifier: authority.key.publicKey])
    }

    static func order(isCombined: Bool = false, prn: String = "PRN-1") -> ProvisioningFlow.Order {
        ProvisioningFlow.Order(
            subscriber: subscriber, service: serviceName, paymentReferenceNumber: prn, data: personalization,
            isCombined: isCombined)
    }

    /// A payment card's public data in four blocks, so that a cut falls between them.
    static let personalization = PersonalizationData([
        DataGrouping(
            0x0101,
            BERTLV(0x70, [BERTLV(0x5F20, Array("A. CARDHOLDER".utf8) + [UInt8](repeating: 0x20, count: 180))]).bytes),
        DataGrouping(0x0102, BERTLV(0x70, [BERTLV(0x9F0D, [UInt8](repeating: 0xAA, count: 200))]).bytes),
        DataGrouping(0x9102, BERTLV(0xA5, [BERTLV(0x50, Array("HARBOUR".utf8)), BERTLV(0x87, [1] as [UInt8])]).bytes),
        DataGrouping(
            0x9104,
            BERTLV(0x82, [0x00, 0x00] as [UInt8]).bytes + BERTLV(0x94, [0x08, 0x01, 0x02, 0x00] as [UInt8]).bytes),
    ])

    // MARK: Life and death

    /// The server process dies: its store is closed first, so nothing that it still does is written; another starts.
    func killServer() async {
        let old = server
        try? old.store.close()
        old.vault.close()
        do {
            server = try Self.startServer(in: folder, link: link, commitCut, waitsLong: waitsLong)
            serverStarts += 1
        } catch {
            preconditionFailure("a server starts on what the last one left: \(error)")
        }
        // The connections of the old process break.
        Task { await old.networks.shutDown() }
    }

    static func startServer(
        in folder: URL, link: ModuleLink = .direct, _ commitCut: CommitCut? = nil, waitsLong: Bool = true
    ) throws -> Server {
        let store = try SQLiteStore(path: folder.appending(path: "tsm.sqlite").path)
        let vault = try SealedVault.open(
            at: folder.appending(path: "tsm.vault").path,
            unlock: .keyFile(folder.appending(path: "tsm.key").path))
        let clock = SystemClock()
        let networks = NetworksBox()
        let random = SystemRandomSource()
        let directory: any DirectoryStore = commitCut.map { CuttingStore(store: store, cut: $0) } ?? store
        let tsm = CentralTSM(store: directory, keys: vault, clock: clock, random: random, link: link) {
            networks.networks?.remoteAgent(of: $0)
        }
        let all = MobileNetworks(
            reports: tsm.reports,
            limits: RemoteAgentLimits(
                longPollSeconds: 0.25, reportSeconds: waitsLong ? 30 : 1.5, connectSeconds: waitsLong ? 5 : 1.5),
            makeSessionID: { random.bytes(16).hex })
        networks.networks = all
        return Server(
            store: store, vault: vault, tsm: tsm, networks: all,
            desk: OperatorDesk(store: store, keys: vault, clock: clock, random: random, tsm: tsm))
    }

    private final class NetworksBox: @unchecked Sendable { var networks: MobileNetworks? }

    struct SystemClock: WallClock {
        func now() -> Int64 { Int64(Date().timeIntervalSince1970) }
    }

    /// The handset: its agent is started again whenever it dies, with the journal it had made durable.
    private func runHandset(
        network: String, cin: String, card: InProcessCard<SecureElement>, guillotine: Guillotine
    ) async {
        let journal = InMemoryAgentJournal()
        let channel = OverheardChannel(
            channel: CutChannel(card: card, guillotine: guillotine), eavesdropper: eavesdropper)
        guard let id = try? SecureElementIdentifier(value: cin) else { return }
        while !Task.isCancelled {
            let connection = InProcessRemoteAgent(remote: { [self] in await remoteAgent(network) }, agent: id)
            var agent = LocalAgent(
                for: SecureElementDescription(seType: .embedded, seId: cin), card: channel, connection: connection,
                journal: CutJournal(journal: journal, guillotine: guillotine),
                retries: RetryPolicy(firstPause: .milliseconds(2), longestPause: .milliseconds(20), limit: .seconds(60))
            )
            try? await agent.run()
            if guillotine.agentIsDead {
                try? await card.reset()
                guillotine.reviveAgent()
            }
        }
    }
}
