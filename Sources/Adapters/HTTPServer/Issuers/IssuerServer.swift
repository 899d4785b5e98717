public import Issuing
public import Logging
import SeneschalAPI

/// The server of a reference issuer: a door for wallets, one for devices with an assertion, one for its operator.
public struct IssuerServer: ListeningServer {
    private let issuer: CardIssuer
    private let desk: IssuerDesk
    private let store: any IssuerStore
    /// The simulated telephone network, when there is one for the operator to read.
    private let messages: SimulatedTextMessages?
    public let logger: Logger

    public init(
        desk: IssuerDesk, store: any IssuerStore, messages: SimulatedTextMessages?,
        logger: Logger
    ) {
        self.issuer = desk.issuer
        self.desk = desk
        self.store = store
        self.messages = messages
        self.logger = logger
    }

    public var router: RegisteredDoors { RegisteredDoors(doors()) }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(.issuer, gatekeeper: IssuerGatekeeper(store: store))
        IssuerWalletDoor(issuer: issuer).register(on: &router)
        IssuerOperatorDoor(desk: desk, messages: messages).register(on: &router)
        PublicDoor(contract: .issuer) { await health($0) }.register(on: &router)
        return router
    }

    private func health(_ visit: RequestVisit) async -> API.Health {
        API.Health(
            store: await healthState(of: "the store", visit) {
                _ = try await desk.wallets()
                return true
            },
            // The vault is well when it signs.
            vault: await healthState(of: "the vault", visit) { try !issuer.publicKey().isEmpty },
            attachedAgents: 0)
    }
}
