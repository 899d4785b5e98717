import ArgumentParser
import Assembly
import Foundation
import KeyVault
import Logging
import Wallet

/// `seneschal wallet serve`: accounts, the token service and the card desk in one process.
struct WalletServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a wallet: HTTP doors for users' devices and acquirers over one data folder.",
        discussion: """
            Whom the wallet works with stands in wallet.json in its data folder: the central TSM, of which it is a \
            service provider like any other, its issuers and its acquirers. Their credentials lie in files beside it:

              seneschal wallet keys --data var/wallet          the public keys that partners want to know
              seneschal wallet serve --data var/wallet --port 8090

            How to set one up: docs/how-to/run-a-wallet.md.

            The first line on standard output is the address. The log goes to standard error, one JSON object a line.
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder = "var/wallet"

    @OptionGroup var listening: ListeningOptions
    @OptionGroup var vaultOptions: VaultOptions

    @Option(
        help: ArgumentHelp(
            "Kept answers, settled payments, sessions that are over and audit lines are forgotten after so many days; "
                + "0 keeps them.", valueName: "days"))
    var retention = 400

    func run() async throws {
        let address = try listening.serverAddress(port: 8090)
        let logger = listening.logger("seneschal.wallet")
        let vaults = try WalletVaults(folder: folder, vaultOptions)
        let configuration = try WalletConfiguration(file: URL(filePath: folder).appending(path: "wallet.json").path)
        let connections = try await WalletConnections(configuration, folder: folder, vaults.provider, logger: logger)
        let house = try await WalletHouse(
            folder: folder, vault: vaults.wallet, partners: connections.partners,
            policy: CardDeskPolicy(walletName: configuration.name), logger: logger)
        let days = retention
        let lines = Task { await connections.keepUp() }
        let tidying = Task { await house.keepTidy(days: days) }
        try await listening.serve(house.server, at: address)
        tidying.cancel()
        await tidying.value
        lines.cancel()
        await lines.value
        try house.close()
        vaults.provider.close()
        await connections.close()
        logger.info("stopped")
    }
}
