import ArgumentParser

/// `seneschal wallet …`: people, their cards, and the token service under them.
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: "Run a wallet; photograph, bind, activate, pay and move cards.",
        subcommands: [WalletServeCommand.self, WalletKeysCommand.self, RecognizeCommand.self, DrawCardCommand.self])
}
