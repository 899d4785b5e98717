import ArgumentParser
import CardCryptography
import SeneschalAPI
import SeneschalClient

/// `seneschal wallet account …`.
struct WalletAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Accounts of people.",
        discussion: """
              seneschal wallet account open ada --display-name "Ada Lovelace"
              seneschal wallet account open ada --password-file ada.password --wallet https://wallet.example:8443
            """,
        subcommands: [Open.self])

    /// `seneschal wallet account open NAME`.
    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open an account.",
            discussion: """
                The password is asked for twice, and not shown. Where nobody can be asked it comes from a file:

                  seneschal wallet account open ada --password-file ada.password
                """)

        @Argument(help: "The name to log in with.")
        var name: String

        @Option(help: "How the person is addressed; the name to log in with when absent.")
        var displayName: String?

        @Option(help: ArgumentHelp("The password, in a file that only you can read.", valueName: "file"))
        var passwordFile: String?

        @OptionGroup var address: WalletAddress
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let password = try password()
            let transport = try address.transport()
            let opened: Result<API.OpenedAccount, SeneschalClientError>
            do throws(SeneschalClientError) {
                opened = .success(
                    try await SeneschalClient(transport, credential: nil).openAccount(
                        .init(
                            loginName: name, displayName: displayName ?? name,
                            password: String(decoding: password.revealed(), as: UTF8.self))))
            } catch {
                opened = .failure(error)
            }
            await transport.close()
            try output.show(try opened.get())
        }

        private func password() throws -> SecretBytes {
            if let passwordFile { return SecretBytes(Array(try SecretFile.read(passwordFile).utf8)) }
            guard let ask = Terminal.console.ask else {
                throw CommandFailure(
                    .usage, "nobody can be asked for the password", nextStep: "give --password-file FILE")
            }
            guard let first = ask(.init(text: "Password for \(name): ", isSecret: true)), !first.isEmpty else {
                throw CommandFailure(.usage, "a password is needed")
            }
            guard ask(.init(text: "Once more: ", isSecret: true)) == first else {
                throw CommandFailure(.usage, "the two are not the same")
            }
            return SecretBytes(Array(first.utf8))
        }
    }
}
