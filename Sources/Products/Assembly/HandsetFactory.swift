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

/// A manufacturer of virtual handsets: it has a card batch's master key, makes cards with keys of their own, and
/// registers them with the operator, as a real one would deliver them.
///
/// The radio is a simulation: the agent reaches its mobile network's remote agent by HTTP. Card, keys, APDUs and SERAM
/// messages are real.
public struct HandsetFactory {
    private let `operator`: SeneschalClient
    private let transport: HTTPTransport
    private let batch: Int
    private let master: SecretBytes

    /// Founds a batch: the operator's vault makes its master key and wraps it under this factory's transport key.
    public init(operator client: SeneschalClient, transport: HTTPTransport, batch label: String) async throws {
        let pair = TransportKeyPair.generate()
        let created = try await client.createCardBatch(.init(label: label, transportKey: pair.publicKey.pem))
        master = try pair.decrypt(created.wrappedKey.bytes)
        batch = created.masterKeyIndex
        self.operator = client
        self.transport = transport
    }

    /// What the operator is told of a new handset.
    public struct Order: Sendable {
        public var msi: String
        public var network: String
        public var type: API.SecureElementType

        public init(msi: String, network: String, type: API.SecureElementType) {
            self.msi = msi
            self.network = network
            self.type = type
        }
    }

    /// A handset that is switched on by running its agent.
    public struct Product: Sendable {
        public let order: Order
        public let card: InProcessCard<SecureElement>
        public let handset: VirtualHandset
        public let connection: HTTPRemoteAgentConnection
    }

    /// A card as it leaves the factory, known to the operator.
    public struct Delivery: Sendable {
        public let card: SecureElement
        public let id: API.SecureElementIdentifier
        /// That of the card's local agent.
        public let credential: AccessCredential
    }

    /// Makes a card, registers it with its subscription, and puts it into a handset.
    ///
    /// - Parameter channel: what stands between the agent and the card, such as a trace.
    public func make(
        _ order: Order, channel: @Sendable (InProcessCard<SecureElement>) -> any CardChannel = { $0 }
    ) async throws -> Product {
        let delivery = try await deliver(order)
        let card = InProcessCard(delivery.card)
        return Product(
            order: order, card: card,
            handset: VirtualHandset(
                mobileSubscriptionIdentifier: order.msi, mobileNetwork: order.network,
                secureElement: SecureElementDescription(seType: .embedded, seId: delivery.id.value),
                card: channel(card), journal: InMemoryAgentJournal()),
            connection: HTTPRemoteAgentConnection(
                transport, network: order.network, credential: delivery.credential))
    }

    /// Makes a card and registers it with its subscription.
    public func deliver(_ order: Order) async throws -> Delivery {
        let cin = SystemRandomSource().bytes(8)
        let diversification = Array(cin.prefix(8)) + [0x00, 0x01]
        let implementation = SCP03Implementation(
            mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)
        let card = try SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20, 0x01], cardImageNumber: cin,
                keyDiversificationData: diversification, implementation: implementation)
        ) { _ in try KeyDiversification.kdf3.keySet(master: master, diversificationData: diversification) }
        let id = API.SecureElementIdentifier(type: .cin, value: cin.hex)
        let registered = try await self.operator.registerSecureElement(
            .init(
                seId: id, mnoName: order.network, profileId: "embedded-fig5", seType: order.type,
                standard: .init(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 4,
                expiry: Timestamp(secondsSince1970: SystemClock().now() + 10 * 365 * 86_400),
                centralSecurityDomain: .init(
                    aid: HexBytes(CardConfiguration.issuerSecurityDomain.bytes), masterKeyIndex: batch,
                    keyVersionNumber: 0x01, keyDiversificationData: HexBytes(diversification), sequenceCounter: 0,
                    scp03Implementation: Int(implementation.rawValue))))
        _ = try await self.operator.registerSubscription(
            .init(msi: .init(type: .mdn, value: order.msi), seId: id))
        guard let credential = AccessCredential(secret: registered.agentSecret) else {
            throw SeneschalClientError.malformedAnswer(status: 200, reason: "the agent's credential cannot be used")
        }
        return Delivery(card: card, id: id, credential: credential)
    }
}
