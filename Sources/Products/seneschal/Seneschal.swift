import ArgumentParser

@main
struct Seneschal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seneschal", abstract: "Security domains, kept for others.",
        discussion: """
            A trusted service manager in one process, and the tools around it:

              seneschal serve --first-run
              seneschal operator list networks --credential-file var/operator.credential
              seneschal provider data --msi 491700000001 --credential-file bank.credential

            Exit status: 0 done, 1 refused, 2 usage, 3 unreachable (nothing is known to have happened), 4 the outcome \
            is unknown as yet (repeat with the same --idempotency-key). `seneschal gp` has three more.
            """,
        subcommands: [
            DemoCommand.self, ServeCommand.self, ProviderCommand.self, OperatorCommand.self, DeviceCommand.self,
            AuthorityCommand.self, IssuerCommand.self,
            MerchantPlatformCommand.self, WalletCommand.self, PayCommand.self, TerminalCommand.self, CardCommand.self,
            TagCommand.self,
            GPCommand.self, ISO8583Command.self,
        ])

    static func main() async {
        do {
            try await run(nil)
        } catch {
            ExitStatus.end(with: error)
        }
    }

    /// Parses and runs one command; the process's arguments when `arguments` is `nil`.
    static func run(_ arguments: [String]?) async throws {
        var command = try parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }
}
