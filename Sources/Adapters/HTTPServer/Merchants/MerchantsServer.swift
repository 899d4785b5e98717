public import Logging
public import Merchants
import SeneschalAPI

/// The server of a merchant platform: doors for its operator, for merchants, for users, and for anybody.
public struct MerchantsServer: ListeningServer {
    private let platform: MerchantPlatform
    private let store: any MerchantStore
    /// The simulated push service, when there is one for users to read.
    private let notifications: SimulatedNotifications?
    public let logger: Logger

    public init(
        platform: MerchantPlatform, store: any MerchantStore, notifications: SimulatedNotifications?, logger: Logger
    ) {
        self.platform = platform
        self.store = store
        self.notifications = notifications
        self.logger = logger
    }

    public var router: RegisteredDoors { RegisteredDoors(doors()) }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(.merchants, gatekeeper: MerchantsGatekeeper(store: store))
        MerchantsOperatorDoor(platform: platform).register(on: &router)
        MerchantDoor(platform: platform).register(on: &router)
        MerchantUserDoor(platform: platform, notifications: notifications).register(on: &router)
        MerchantsOpenDoor(platform: platform).register(on: &router)
        PublicDoor(contract: .merchants) { await health($0) }.register(on: &router)
        return router
    }

    private func health(_ visit: RequestVisit) async -> API.Health {
        API.Health(
            store: await healthState(of: "the store", visit) {
                _ = try await platform.merchants(after: nil, limit: 1)
                return true
            },
            // The vault is well when it signs.
            vault: await healthState(of: "the vault", visit) { try !platform.publicKey().publicKey.isEmpty },
            attachedAgents: 0)
    }
}
