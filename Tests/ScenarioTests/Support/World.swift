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
    private(set) var provider = ServiceProviderID(rawValue: "")
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
        configuration = CardConfiguration(figure, alternatives)
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        waitsLong = cut == nil && commitCut == nil
        let server = try Self.startServer(in: folder, link: link, commitCut, waitsLong: waitsLong)
        self.server = server
        self.link = link
        self.commitCut = commitCut
        let box = ServerBox()
        guillotine = Guillotine(cut) { await box.world?.killServer() }
        providerVault = try Self.openProviderVault(in: folder)
        let founding = try await Self.found(
            server, transportKey: try providerVault.transportKey(),
            CardRegistration(
                implementation: implementation, configuration: configuration, authority: authority))
        provider = founding.provider.provider.id
        try await providerVault.importTemporaryMasterKey(wrapped: founding.provider.temporaryMasterKey.wrappedKey)
        card = InProcessCard(founding.card)
        batch = founding.batch
        box.world = self
        commitCut?.arm { await box.world?.killServer() }
        attachHandset(to: Self.network, cin: Self.cin, card: card, guillotine: guillotine)
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
        let home = folder.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let vault = try Self.openProviderVault(in: home)
        vaults.append(vault)
        return vault
    }

    private let link: ModuleLink
    private let commitCut: CommitCut?
    /// Where nothing is cut, a report that is late is on its way: worlds that run side by side share the machine.
    private let waitsLong: Bool

    /// Every world's provider starts from a copy of one vault: making a transport key pair takes longer than the rest.
    private static func openProviderVault(in folder: URL) throws -> ProviderVault {
        for name in ["provider.vault", "provider.key"] {
            try FileManager.default.copyItem(
                at: try template.get().appending(path: name), to: folder.appending(path: name))
        }
        return try ProviderVault.open(
            at: folder.appending(path: "provider.vault").path,
            unlock: .keyFile(folder.appending(path: "provider.key").path))
    }

    private static let template = Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let vault = try ProviderVault.open(
            at: folder.appending(path: "provider.vault").path,
            unlock: .keyFile(folder.appending(path: "provider.key").path))
        vault.close()
        return folder
    }

    private static let manufacturer = TransportKeyPair.generate(bitCount: 2048)

    /// Breaks the circle between the guillotine and the world that it belongs to.
    private final class ServerBox: @unchecked Sendable { weak var world: World? }

    func tearDown() async {
        for handset in handsets { handset.cancel() }
        await server.networks.shutDown()
        try? server.store.close()
        server.vault.close()
        for vault in [providerVault] + vaults { vault.close() }
        try? FileManager.default.removeItem(at: folder)
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

    private static func startServer(
        in folder: URL, link: ModuleLink, _ commitCut: CommitCut?, waitsLong: Bool
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

// MARK: - Founding

/// Cards that share master keys, which their manufacturer has: one of the central SDs, one of the issuer SDs.
struct CardBatch: Sendable {
    var index: MasterKeyIndex
    var master: SecretBytes
    var issuerIndex: MasterKeyIndex
    var issuerMaster: SecretBytes

    /// The key set of a security domain as it leaves the factory; those of other TSMs have a master key of their own.
    func keys(of entry: CardConfiguration.Entry, _ diversification: [UInt8], others: [SecurityDomainRole: SecretBytes])
        throws -> SCP03KeySet
    {
        let master = others[entry.role] ?? (entry.role == .issuer ? issuerMaster : self.master)
        return try KeyDiversification.kdf3.keySet(master: master, diversificationData: diversification)
    }
}

/// A card and what the operator registers of it.
struct CardRegistration: Sendable {
    var cin = World.cin
    var msi = World.subscriber.msi
    var network = World.network
    var type = TrustedServiceManager.SecureElementType.embedded
    var standard = StandardVersion(name: "GlobalPlatform", version: "2.3.1")
    var certificationLevel = 4
    var expiresAt: Int64 = 4_000_000_000
    /// The card's "i" parameter: 70 pseudo-random challenges, 60 random ones.
    var implementation: UInt8 = 0x70
    var configuration = CardConfiguration.embedded
    /// Who personalizes the card's CASD; without, one that is there has no keys.
    var authority: TestAuthority?
    /// The master keys of the MNO's and of third parties, who do not share them.
    var othersMasters: [SecurityDomainRole: SecretBytes] = [:]
}

extension SecureElementConfiguration {
    init(_ figure: CardConfiguration.Figure) {
        self =
            switch figure {
            case .embedded: .embedded
            case .uicc: .uicc
            case .embeddedWithThirdParty: .embeddedThirdParty
            case .uiccWithThirdParty: .uiccThirdParty
            }
    }
}

extension World {
    private struct Founding {
        var provider: RegisteredServiceProvider
        var card: SecureElement
        var batch: CardBatch
    }

    static func founder(_ key: String) -> OperatorContext {
        OperatorContext(name: "founder", idempotencyKey: key, requestDigest: [1])
    }

    /// What is sold as service 1001: an instance of the payment package.
    static func service(
        number: Int = serviceName.number, certificationLevel: Int = 0, standard: String = "2.1.1",
        for providers: [ServiceProviderID] = []
    ) throws -> ServiceDefinition {
        try ServiceDefinition(
            identifier: ServiceIdentifier(number: number, version: serviceName.version), name: "Pay",
            executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
            instanceAIDPrefix: BuiltInModule.paymentPackage.bytes,
            minimumStandard: StandardVersion(name: "GlobalPlatform", version: standard),
            minimumCertificationLevel: certificationLevel, providers: providers)
    }

    /// Registers a network, a service, a provider, and a card from a batch whose manufacturer has its master key.
    private static func found(
        _ server: Server, transportKey: String, _ registration: CardRegistration
    ) async throws -> Founding {
        let desk = server.desk
        _ = try await desk.registerMobileNetwork(network, founder("network"))
        let wrapped = try await desk.createCardBatch(
            label: "batch", transportKey: manufacturer.publicKey.pem, founder("batch"))
        let issuer = try await desk.createCardBatch(
            label: "issuer", transportKey: manufacturer.publicKey.pem, founder("issuer batch"))
        let batch = CardBatch(
            index: wrapped.index, master: try manufacturer.decrypt(wrapped.wrappedKey), issuerIndex: issuer.index,
            issuerMaster: try manufacturer.decrypt(issuer.wrappedKey))
        let provider = try await desk.registerServiceProvider(
            name: providerName, transportKey: transportKey, founder("provider"))
        _ = try await desk.registerService(try service(), founder("service"))
        let card = try await issue(registration, from: batch, desk)
        return Founding(provider: provider, card: card, batch: batch)
    }

    /// Manufactures a card and registers it with its subscription.
    static func issue(
        _ registration: CardRegistration, from batch: CardBatch, _ desk: OperatorDesk
    ) async throws -> SecureElement {
        let cin = try [UInt8](hex: registration.cin)
        let diversification = [0, 0] + cin
        guard let parameter = SCP03Implementation(rawValue: registration.implementation) else {
            throw CardRefused(.incorrectParameters)
        }
        var card = try SecureElement.manufacture(
            registration.configuration,
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: cin,
                keyDiversificationData: diversification, implementation: parameter)
        ) { try batch.keys(of: $0, diversification, others: registration.othersMasters) }
        if let authority = registration.authority {
            try card.personalizeControllingAuthority(
                trusting: .init(key: authority.key.publicKey, identifier: authority.identifier)
            ) { authority.certificate(of: $0, for: $1, subject: "CASD", image: cin) }
        }
        let id = try SecureElementIdentifier(value: registration.cin)
        func domain(_ aid: AID, _ master: MasterKeyIndex) -> CentralSecurityDomainRecord {
            CentralSecurityDomainRecord(
                aid: aid,
                keys: KeyReference(
                    masterKeyIndex: master, keyVersionNumber: 0x01, keyDiversificationData: diversification),
                sequenceCounter: 0, implementation: registration.implementation)
        }
        let configuration = SecureElementConfiguration(registration.configuration.figure)
        _ = try await desk.registerSecureElement(
            SecureElementRegistration(
                id: id, mobileNetwork: registration.network,
                profileID: "\(configuration.rawValue)-fig\(registration.configuration.figure.rawValue)",
                type: registration.type, standard: registration.standard,
                certificationLevel: registration.certificationLevel, expiresAt: registration.expiresAt,
                configuration: configuration,
                centralSecurityDomain: domain(registration.configuration.centralSecurityDomain, batch.index),
                issuerSecurityDomain: configuration.hasIssuerSecurityDomainApart
                    ? domain(CardConfiguration.issuerSecurityDomain, batch.issuerIndex) : nil),
            founder("card \(registration.cin)"))
        _ = try await desk.registerSubscription(
            SubscriptionRecord(
                msi: try MobileSubscriptionIdentifier(value: registration.msi), secureElement: id),
            founder("subscription \(registration.msi)"))
        return card
    }
}
