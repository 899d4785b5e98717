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
    private let acquirers: @Sendable () -> AcquirerLines?
    public let logger: Logger

    /// - Parameter acquirers: how the lines to acquirers are; `nil` where none are listened for.
    public init(
        desk: IssuerDesk, store: any IssuerStore, messages: SimulatedTextMessages?,
        logger: Logger, acquirers: @escaping @Sendable () -> AcquirerLines? = { nil }
    ) {
        self.issuer = desk.issuer
        self.desk = desk
        self.store = store
        self.messages = messages
        self.acquirers = acquirers
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
            attachedAgents: 0, acquirers: acquirers().map { .init($0) })
    }
}

/// How an issuer's lines to acquirers are: numbers, and how long ago something came.
public struct AcquirerLines: Hashable, Sendable {
    public var isEncrypted: Bool
    public var connections: Int
    public var refused: Int
    public var signOnSecondsAgo: Int64?
    public var echoSecondsAgo: Int64?
    public var silentSeconds: Int64?

    public init(
        isEncrypted: Bool, connections: Int, refused: Int = 0, signOnSecondsAgo: Int64? = nil,
        echoSecondsAgo: Int64? = nil, silentSeconds: Int64? = nil
    ) {
        self.isEncrypted = isEncrypted
        self.connections = connections
        self.refused = refused
        self.signOnSecondsAgo = signOnSecondsAgo
        self.echoSecondsAgo = echoSecondsAgo
        self.silentSeconds = silentSeconds
    }
}

extension API.Health.Acquirers {
    fileprivate init(_ lines: AcquirerLines) {
        self.init(
            isEncrypted: lines.isEncrypted, connections: lines.connections, refused: lines.refused,
            signOnSecondsAgo: lines.signOnSecondsAgo.map { Int(max(0, $0)) },
            echoSecondsAgo: lines.echoSecondsAgo.map { Int(max(0, $0)) },
            silentSeconds: lines.silentSeconds.map { Int(max(0, $0)) })
    }
}
