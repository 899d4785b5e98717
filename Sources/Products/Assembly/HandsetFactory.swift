import CardCryptography
public import CardLink
import GlobalPlatform
public import ISO7816
public import MobileDevice
import SERAM
import SecureChannel
public import SecureElement
public import SeneschalAPI
public import SeneschalClient

/// A manufacturer of virtual handsets: it has the master keys of a card batch, makes cards with keys of their own, and
/// registers them with the operator, as a real one would deliver them.
///
/// A card whose configuration has security domains of the MNO's or of a third party's carries those parties' keys, and
/// is registered with them, too (``add(_:operator:transport:)``). Creating these domains is the factory's: afterwards the
/// issuer SD creates SDs only by an issuer's own tools, never by request of a TSM.
///
/// The radio is a simulation: the agent reaches its mobile network's remote agent by HTTP. Card, keys, APDUs and SERAM
/// messages are real.
public struct HandsetFactory {
    private let transportKey: TransportKeyPair
    private let central: TSM
    /// Of the issuer SDs, where they stand apart from the central SD.
    private let issuer: Batch
    private var others: [SecurityDomainRole: TSM] = [:]
    /// Certifies the keys of the controlling authorities of cards; without one they have no keys.
    public var authority: ReferenceAuthority?

    /// A TSM that cards are delivered to, and the batch that it knows them by.
    private struct TSM {
        var `operator`: SeneschalClient
        var transport: HTTPTransport
        var batch: Batch
    }

    private struct Batch {
        var index: Int
        var master: SecretBytes

        /// The operator's vault makes the master key and wraps it under a transport key of this factory's.
        init(_ label: String, _ client: SeneschalClient, _ pair: TransportKeyPair) async throws {
            let created = try await client.createCardBatch(.init(label: label, transportKey: pair.publicKey.pem))
            master = try pair.decrypt(created.wrappedKey.bytes)
            index = created.masterKeyIndex
        }
    }

    /// Founds a batch with the central TSM.
    public init(operator client: SeneschalClient, transport: HTTPTransport, batch label: String) async throws {
        transportKey = TransportKeyPair.generate()
        central = TSM(operator: client, transport: transport, batch: try await Batch(label, client, transportKey))
        issuer = try await Batch("\(label), issuer", client, transportKey)
    }

    /// Cards with a security domain of this role are made with a key set of this party's, and registered with it.
    ///
    /// - Parameter role: the mobile network's or a third party's.
    public mutating func add(
        _ role: SecurityDomainRole, operator client: SeneschalClient, transport: HTTPTransport
    ) async throws {
        precondition(role.managementRole != nil, "the MNO and third parties have security domains of their own")
        others[role] = TSM(
            operator: client, transport: transport, batch: try await Batch("cards of the factory", client, transportKey)
        )
    }

    /// What the operator is told of a new handset.
    public struct Order: Sendable {
        public var msi: String
        public var network: String
        public var type: API.SecureElementType
        public var configuration: CardConfiguration

        public init(
            msi: String, network: String, type: API.SecureElementType,
            configuration: CardConfiguration = .embedded
        ) {
            self.msi = msi
            self.network = network
            self.type = type
            self.configuration = configuration
        }
    }

    /// A handset that is switched on by running its agents.
    public struct Product: Sendable {
        public let order: Order
        public let card: InProcessCard<SecureElement>
        public let handset: VirtualHandset
        public let connection: HTTPRemoteAgentConnection
        /// The agents of the other parties on the card, and their ways to them.
        public let others: [(handset: VirtualHandset, connection: HTTPRemoteAgentConnection)]

        /// Switches the handset on: all its agents run until the task is cancelled, or one of them fails.
        public func run() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await handset.run(connection: connection) }
                for other in others { group.addTask { try await other.handset.run(connection: other.connection) } }
                try await group.next()
                group.cancelAll()
                while let result = await group.nextResult() { _ = result }
            }
        }
    }

    /// A card as it leaves the factory, known to the operator.
    public struct Delivery: Sendable {
        public let card: SecureElement
        public let id: API.SecureElementIdentifier
        /// That of the card's local agent.
        public let credential: AccessCredential
        /// Those of the agents that reach the card for other parties.
        let others: [SecurityDomainRole: AccessCredential]
    }

    /// Makes a card, registers it with its subscription, and puts it into a handset.
    ///
    /// - Parameter channel: what stands between the agent and the card, such as a trace.
    public func make(
        _ order: Order, channel: @Sendable (InProcessCard<SecureElement>) -> any CardChannel = { $0 }
    ) async throws -> Product {
        let delivery = try await deliver(order)
        let card = InProcessCard(delivery.card)
        let turn = delivery.others.isEmpty ? nil : CardTurn()
        func handset() -> VirtualHandset {
            VirtualHandset(
                mobileSubscriptionIdentifier: order.msi, mobileNetwork: order.network,
                secureElement: SecureElementDescription(seType: order.type.agents, seId: delivery.id.value),
                card: channel(card), journal: InMemoryAgentJournal(), turn: turn)
        }
        return Product(
            order: order, card: card, handset: handset(),
            connection: HTTPRemoteAgentConnection(
                central.transport, network: order.network, credential: delivery.credential),
            others: delivery.others.compactMap { role, credential in
                others[role].map {
                    (
                        handset(),
                        HTTPRemoteAgentConnection($0.transport, network: order.network, credential: credential)
                    )
                }
            })
    }

    /// Makes a card and registers it with its subscription.
    public func deliver(_ order: Order) async throws -> Delivery {
        let cin = SystemRandomSource().bytes(8)
        let diversification = Array(cin.prefix(8)) + [0x00, 0x01]
        let implementation = SCP03Implementation(
            mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)
        var card = try SecureElement.manufacture(
            order.configuration,
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20, 0x01], cardImageNumber: cin,
                keyDiversificationData: diversification, implementation: implementation)
        ) { try KeyDiversification.kdf3.keySet(master: master(of: $0.role), diversificationData: diversification) }
        if let authority, order.configuration.securityDomains.contains(where: { $0.role == .controllingAuthority }) {
            try authority.personalize(&card)
        }
        let id = API.SecureElementIdentifier(type: .cin, value: cin.hex)
        func domain(_ aid: AID, _ batch: Batch) -> API.CentralSecurityDomain {
            .init(
                aid: HexBytes(aid.bytes), masterKeyIndex: batch.index, keyVersionNumber: 0x01,
                keyDiversificationData: HexBytes(diversification), sequenceCounter: 0,
                scp03Implementation: Int(implementation.rawValue))
        }
        var registration = order.registration(
            id, managing: domain(order.configuration.centralSecurityDomain, central.batch))
        if order.configuration.figure != .embedded {
            registration.issuerSecurityDomain = domain(CardConfiguration.issuerSecurityDomain, issuer)
        }
        let credential = try await Self.register(registration, order.msi, with: central.operator)
        var others: [SecurityDomainRole: AccessCredential] = [:]
        for entry in order.configuration.securityDomains {
            guard let party = self.others[entry.role], others[entry.role] == nil else { continue }
            var registration = order.registration(id, managing: domain(entry.aid, party.batch))
            registration.managementRole = entry.role.managementRole
            others[entry.role] = try await Self.register(registration, order.msi, with: party.operator)
        }
        return Delivery(card: card, id: id, credential: credential, others: others)
    }

    private func master(of role: SecurityDomainRole) -> SecretBytes {
        if let other = others[role] { return other.batch.master }
        return role == .issuer ? issuer.master : central.batch.master
    }

    private static func register(
        _ registration: API.RegisterSecureElementRequest, _ msi: String, with client: SeneschalClient
    ) async throws -> AccessCredential {
        let registered = try await client.registerSecureElement(registration)
        _ = try await client.registerSubscription(.init(msi: .init(type: .mdn, value: msi), seId: registration.seId))
        guard let credential = AccessCredential(secret: registered.agentSecret) else {
            throw SeneschalClientError.malformedAnswer(status: 200, reason: "the agent's credential cannot be used")
        }
        return credential
    }
}

extension HandsetFactory.Order {
    fileprivate func registration(
        _ id: API.SecureElementIdentifier, managing domain: API.CentralSecurityDomain
    ) -> API.RegisterSecureElementRequest {
        let layout = API.SecureElementConfiguration(configuration.figure)
        return .init(
            seId: id, mnoName: network, profileId: "\(layout.rawValue)-fig\(configuration.figure.rawValue)",
            seType: type, standard: .init(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 4,
            expiry: Timestamp(secondsSince1970: SystemClock().now() + 10 * 365 * 86_400), configuration: layout,
            centralSecurityDomain: domain)
    }
}

extension API.SecureElementConfiguration {
    /// By the figure of the source.
    public init(_ figure: CardConfiguration.Figure) {
        self =
            switch figure {
            case .embedded: .embedded
            case .uicc: .uicc
            case .embeddedWithThirdParty: .embeddedThirdParty
            case .uiccWithThirdParty: .uiccThirdParty
            }
    }
}

extension SecurityDomainRole {
    fileprivate var managementRole: API.ManagementRole? {
        switch self {
        case .mobileNetwork: .mobileNetworkOperator
        case .thirdParty: .thirdParty
        default: nil
        }
    }
}

extension API.SecureElementType {
    /// As the agents name it.
    fileprivate var agents: SERAM.SecureElementType {
        switch self {
        case .uicc: .uicc
        case .embedded, .nfcEnabler: .embedded
        }
    }
}
