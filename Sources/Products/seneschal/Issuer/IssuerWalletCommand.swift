import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal issuer wallet …`.
struct IssuerWalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: "Register the wallets that the issuer works with.",
        discussion: """
              seneschal issuer wallet add lantern --key-name lantern-2026 --public-key lantern.pem \
            --secret-file lantern.credential
              seneschal issuer wallet add-key lantern --key-name lantern-2027 --public-key next.pem
              seneschal issuer wallet list
            """,
        subcommands: [Add.self, AddKey.self, RenewCredential.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Register a wallet, and make its access credential.")

        @Argument(help: "The name that the wallet signs with: lower-case letters, digits and hyphens.")
        var name: String

        @Option(help: ArgumentHelp("`kid` of what it signs; its own name when absent.", valueName: "name"))
        var keyName: String?

        @Option(help: ArgumentHelp("Its public key on P-256 (PEM).", valueName: "file"))
        var publicKey: String

        @OptionGroup var secret: SecretOptions
        @OptionGroup var request: IssuerRequestOptions

        func run() async throws {
            try secret.check()
            let pem = try TextInput.read(publicKey)
            var answer = try await request.server.withClient {
                try await $0.registerWallet(
                    .init(name: name, keyName: keyName, publicKey: pem), idempotencyKey: request.key.idempotencyKey)
            }
            answer.secret = try secret.keep(answer.secret)
            try request.output.show(answer)
        }
    }

    struct AddKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-key", abstract: "Take in another key of a wallet, before the wallet signs with it.")

        @Argument(help: "The wallet.")
        var name: String

        @Option(help: ArgumentHelp("`kid` of what is signed with it.", valueName: "name"))
        var keyName: String

        @Option(help: ArgumentHelp("The public key on P-256 (PEM).", valueName: "file"))
        var publicKey: String

        @OptionGroup var request: IssuerRequestOptions

        func run() async throws {
            let pem = try TextInput.read(publicKey)
            try request.output.show(
                try await request.server.withClient {
                    try await $0.addWalletKey(
                        .init(keyName: keyName, publicKey: pem), ofWallet: name,
                        idempotencyKey: request.key.idempotencyKey)
                })
        }
    }

    struct RenewCredential: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew-credential", abstract: "Make another access credential; those before open nothing.")

        @Argument(help: "The wallet.")
        var name: String

        @OptionGroup var secret: SecretOptions
        @OptionGroup var request: IssuerRequestOptions

        func run() async throws {
            try secret.check()
            var answer = try await request.server.withClient {
                try await $0.renewWalletCredential(of: name, idempotencyKey: request.key.idempotencyKey)
            }
            answer.secret = try secret.keep(answer.secret)
            try request.output.show(answer)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the wallets.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listWallets) }
    }
}
