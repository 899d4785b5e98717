public import CardCryptography
public import Logging
import SeneschalAPI
public import Wallet

/// The server of a wallet: users' devices, acquirers, issuers and its operators at its doors.
public struct WalletServer: ListeningServer {
    private let accounts: AccountDesk
    private let cards: CardDesk
    private let payments: PaymentDesk
    private let store: any WalletStore
    private let keys: WalletPublicKeys
    private let acquirers: AcquirerCredentials
    private let operators: WalletOperatorCredentials
    public let logger: Logger

    public init(
        accounts: AccountDesk, cards: CardDesk, payments: PaymentDesk, store: any WalletStore,
        keys: WalletPublicKeys, acquirers: AcquirerCredentials,
        operators: WalletOperatorCredentials = WalletOperatorCredentials(), logger: Logger
    ) {
        self.accounts = accounts
        self.cards = cards
        self.payments = payments
        self.store = store
        self.keys = keys
        self.acquirers = acquirers
        self.operators = operators
        self.logger = logger
    }

    public var router: RegisteredDoors { RegisteredDoors(doors()) }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(
            .wallet,
            gatekeeper: WalletGatekeeper(
                accounts: accounts, store: store, acquirers: acquirers, operators: operators))
        let journal = cards.journal
        WalletAccountDoor(accounts: accounts, journal: journal).register(on: &router)
        WalletTokenDoor(desk: cards, tokens: payments.tokens).register(on: &router)
        AcquirerDoor(payments: payments).register(on: &router)
        CardStoppingDoor(desk: cards).register(on: &router)
        WalletCardDoor(desk: cards, keys: keys).register(on: &router)
        PublicDoor(contract: .wallet) { await health($0) }.register(on: &router)
        return router
    }

    private func health(_ visit: RequestVisit) async -> API.Health {
        API.Health(
            store: await healthState(of: "the store", visit) {
                _ = try await store.auditEntries(of: nil, limit: 1)
                return true
            },
            vault: await healthState(of: "the vault", visit) { try await keys.isWell() })
    }
}

/// What the wallet's server tells of its keys, and opens with them.
public struct WalletPublicKeys: Sendable {
    public var walletName: String
    public var signing: (name: String, key: ECPublicKey)
    public var encryption: (name: String, key: ECPublicKey)
    /// Opens what a device has encrypted to the wallet.
    var open: @Sendable (_ compact: String, _ type: String) async throws(WalletVaultError) -> SecretBytes
    var isWell: @Sendable () async throws -> Bool

    public init(
        walletName: String, signing: (name: String, key: ECPublicKey), encryption: (name: String, key: ECPublicKey),
        open: @escaping @Sendable (_ compact: String, _ type: String) async throws(WalletVaultError) -> SecretBytes,
        isWell: @escaping @Sendable () async throws -> Bool
    ) {
        self.walletName = walletName
        self.signing = signing
        self.encryption = encryption
        self.open = open
        self.isWell = isWell
    }
}
