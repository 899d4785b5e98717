import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import KeyVault
import SecureChannel
import SecureElement
import ServiceProvider
import Storage
import TrustedServiceManager

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
    static func found(_ registration: CardRegistration) async throws -> WorldSnapshot {
        let folder = try WorldSnapshot.copy(of: try WorldSnapshot.emptyProviderVault.get())
        let server = try startServer(in: folder)
        let providerVault = try openProviderVault(in: folder)
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
            name: providerName, transportKey: try providerVault.transportKey(), founder("provider"))
        try await providerVault.importTemporaryMasterKey(wrapped: provider.temporaryMasterKey.wrappedKey)
        _ = try await desk.registerService(try service(), founder("service"))
        let card = try await issue(registration, from: batch, desk)
        await server.networks.shutDown()
        try server.store.close()
        server.vault.close()
        providerVault.close()
        return WorldSnapshot(
            folder: folder, card: card, configuration: registration.configuration, batch: batch,
            provider: provider.provider.id)
    }

    private static let manufacturer = TransportKeyPair.generate(bitCount: 2048)

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
