import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal pay platform …`.
struct PayPlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform", abstract: "Register the merchant platforms whose instructions are believed.",
        discussion: """
              seneschal pay platform add quay-market --public-key market.pem --secret-file market.credential
              seneschal pay platform list
            """,
        subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a platform, and make its access credential.")

        @OptionGroup var party: PartyArguments

        @Option(
            name: .customLong("reward-account"),
            help: ArgumentHelp("An account whose rewards it pays; once for each.", valueName: "acc_…"))
        var rewardAccounts: [String] = []

        func run() async throws {
            try await party.register { client, pem, key throws(SeneschalClientError) in
                try await client.send(
                    Endpoints.registerPlatform,
                    .init(
                        name: party.name, keyName: party.keyName, publicKey: pem,
                        rewardAccounts: rewardAccounts.isEmpty ? nil : rewardAccounts), idempotencyKey: key)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the platforms.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await server.withClient { try await $0.list(Endpoints.listPlatforms, limit: API.limitMax) })
        }
    }
}

/// `seneschal pay terminal …`.
struct PayTerminalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "Register the sellers' terminals whose word is believed.",
        discussion: """
              seneschal pay terminal make corner-till --payee acc_… --till corner.till
              seneschal pay terminal add corner-till --payee acc_… --public-key till.pem --secret-file till.credential
              seneschal pay terminal list
            """,
        subcommands: [Make.self, Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a terminal for one seller's account, and make its access credential.")

        @OptionGroup var party: PartyArguments

        @Option(help: ArgumentHelp("The only account that it sells for.", valueName: "acc_…"))
        var payee: String

        func run() async throws {
            try await party.register { client, pem, key throws(SeneschalClientError) in
                try await client.send(
                    Endpoints.registerPaymentTerminal,
                    .init(name: party.name, keyName: party.keyName, publicKey: pem, payee: payee),
                    idempotencyKey: key)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the terminals.")

        @OptionGroup var list: IssuerListOptions

        func run() async throws { try await list.show(Endpoints.listPaymentTerminals) }
    }
}

/// A party that is to be registered.
struct PartyArguments: ParsableArguments {
    @Argument(help: "The name that it signs with: lower-case letters, digits and hyphens.")
    var name: String

    @Option(help: ArgumentHelp("`kid` of what it signs; its own name when absent.", valueName: "name"))
    var keyName: String?

    @Option(help: ArgumentHelp("Its public key on P-256 (PEM).", valueName: "file"))
    var publicKey: String

    @OptionGroup var secret: SecretOptions
    @OptionGroup var request: PayRequestOptions

    func register(
        _ send: (SeneschalClient, _ pem: String, _ key: String?) async throws(SeneschalClientError)
            -> API.RegisteredPaymentParty
    ) async throws {
        try secret.check()
        let pem = try TextInput.read(publicKey)
        var answer = try await request.server.withClient { try await send($0, pem, request.key.idempotencyKey) }
        answer.secret = try secret.keep(answer.secret)
        try request.output.show(answer)
    }
}
