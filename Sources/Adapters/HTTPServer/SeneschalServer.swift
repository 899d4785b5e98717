public import Logging
import SeneschalAPI
public import TrustedServiceManager

/// The server of a central TSM: one door per audience.
public struct SeneschalServer: ListeningServer {
    private let tsm: CentralTSM
    private let desk: OperatorDesk
    private let store: any DirectoryStore
    private let keys: any KeyService
    private let networks: MobileNetworks
    public let logger: Logger
    private let closing = ClosingSign()

    public init(
        tsm: CentralTSM, desk: OperatorDesk, store: any DirectoryStore, keys: any KeyService,
        networks: MobileNetworks, logger: Logger
    ) {
        self.tsm = tsm
        self.desk = desk
        self.store = store
        self.keys = keys
        self.networks = networks
        self.logger = logger
    }

    public var router: RegisteredDoors { RegisteredDoors(doors()) }

    /// Polls that are held open are answered at once.
    public func beforeClosing() async {
        closing.hang()
        await networks.shutDown()
    }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(.centralTSM, gatekeeper: DirectoryGatekeeper(store: store))
        ServiceProviderDoor(tsm: tsm).register(on: &router)
        DelegationDoor(tsm: tsm).register(on: &router)
        OperatorDoor(desk: desk, store: store).register(on: &router)
        DeviceDoor(networks: networks, store: store, closing: closing).register(on: &router)
        PublicDoor(contract: .centralTSM) { await health($0) }.register(on: &router)
        return router
    }

    private func health(_ visit: RequestVisit) async -> API.Health {
        API.Health(
            store: await healthState(of: "the store", visit) {
                _ = try await store.mobileNetwork("")
                return true
            },
            // The vault is well when it opens what it sealed.
            vault: await healthState(of: "the vault", visit) {
                let sealed = try await keys.seal([0x5A], context: "health")
                return try await keys.unseal(sealed, context: "health") == [0x5A]
            },
            attachedAgents: await networks.attachedCount)
    }
}
