import ArgumentParser

/// `seneschal wallet …`: people, their cards, and the token service under them.
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: "Run a wallet, and open accounts in it.",
        discussion: """
              seneschal wallet serve --data var/wallet --port 8090
              seneschal wallet account open ada

            Cards are bound, chosen and moved on a device: seneschal device phone. The whole, step by step: \
            docs/how-to/run-a-wallet.md.
            """,
        subcommands: [
            WalletServeCommand.self, WalletKeysCommand.self, WalletAcquirerCommand.self, WalletOperatorCommand.self,
            WalletAccountCommand.self,
            WalletCardCommand.self,
            RecognizeCommand.self, DrawCardCommand.self,
        ])
}
