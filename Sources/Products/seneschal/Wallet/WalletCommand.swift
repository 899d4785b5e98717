import ArgumentParser

/// `seneschal wallet …`: payment cards on a phone, and the services behind them.
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet",
        abstract: "Payment cards on a phone, and the services behind them.",
        subcommands: [RecognizeCommand.self, DrawCardCommand.self])
}
