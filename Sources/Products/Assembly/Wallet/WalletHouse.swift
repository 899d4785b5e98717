import CardCryptography
import Foundation
public import HTTPServer
public import KeyVault
public import Logging
public import Storage
public import Wallet

/// The parts of a wallet over one data folder, put together: what `wallet serve` runs.
public struct WalletHouse: Sendable {
    public let store: SQLiteWalletStore
    public let vault: KeyVault.WalletVault
    public let accounts: AccountDesk
    public let cards: CardDesk
    public let payments: PaymentDesk
    public let server: WalletServer

    /// What a wallet has agreed with others.
    public struct Partners: Sendable {
        /// The central TSM, of which the wallet is a service provider.
        public var elements: any SecureElementManagement
        public var issuers: IssuerDirectory
        public var acquirers: AcquirerCredentials
        public var operators: WalletOperatorCredentials

        public init(
            elements: any SecureElementManagement, issuers: IssuerDirectory, acquirers: AcquirerCredentials,
            operators: WalletOperatorCredentials = WalletOperatorCredentials()
        ) {
            self.elements = elements
            self.issuers = issuers
            self.acquirers = acquirers
            self.operators = operators
        }
    }

    /// Opens what is in the folder, or founds it: random keys, no accounts.
    ///
    /// - Parameters:
    ///   - vault: from ``openVault(in:unlock:)``: issuers must know its signing key before the house is opened.
    ///   - folder: holds `wallet.sqlite`.
    public init(
        folder: String, vault: KeyVault.WalletVault, partners: Partners, policy: CardDeskPolicy = CardDeskPolicy(),
        accountPolicy: AccountPolicy = .standard, clock: any WalletClock = SystemClock(), logger: Logger
    ) async throws {
        let store = try SQLiteWalletStore(path: folder + "/wallet.sqlite")
        let tokens = TokenService(store: store, vault: vault, clock: clock)
        accounts = AccountDesk(
            store: store, secureElements: partners.elements, clock: clock, policy: accountPolicy)
        cards = CardDesk(
            store: store, vault: vault, tokens: tokens, issuers: partners.issuers, elements: partners.elements,
            clock: clock, policy: policy)
        payments = PaymentDesk(tokens: tokens, issuers: partners.issuers, walletName: policy.walletName)
        let (signing, encryption) = (try await vault.signingKey(), try vault.encryptionKey())
        server = WalletServer(
            accounts: accounts, cards: cards, payments: payments, store: store,
            keys: WalletPublicKeys(
                walletName: policy.walletName, signing: (signing.name, signing.publicKey),
                encryption: (encryption.name, encryption.publicKey),
                open: { compact, type throws(WalletVaultError) in try vault.decrypt(compact, type: type) },
                isWell: {
                    let sealed = try await vault.seal(answer: [0x5A], name: "health")
                    return try await vault.open(answer: sealed, name: "health") == [0x5A]
                }), acquirers: partners.acquirers, operators: partners.operators, logger: logger)
        self.store = store
        self.vault = vault
    }

    /// Opens the wallet's vault in the folder (made 0700 when absent), or makes one with fresh keys.
    public static func openVault(in folder: String, unlock: VaultUnlock) throws -> KeyVault.WalletVault {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try KeyVault.WalletVault.open(at: folder + "/wallet.vault", unlock: unlock)
    }

    /// Settles, now and every minute, what waits for issuers and secure elements; every day seals card numbers anew where a
    /// key was replaced, and forgets what is over and older than `days`. Returns when the task is cancelled.
    public func keepTidy(days: Int) async {
        let upkeep = WalletUpkeep(payments: payments, cards: cards, vault: vault)
        var lastDay: Int64 = 0
        while !Task.isCancelled {
            let day = SystemClock().now() / 86_400
            _ = day == lastDay ? try? await upkeep.settle() : try? await upkeep.run(keepingDays: days)
            lastDay = day
            try? await Task.sleep(for: .seconds(60))
        }
    }

    /// Lets go of the files; keys are wiped.
    public func close() throws {
        vault.close()
        try store.close()
    }
}

extension SystemClock: WalletClock {}
