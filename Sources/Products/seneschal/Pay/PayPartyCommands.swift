import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal pay platform …`.
struct PayPlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform", abstract: "Register the merchant platforms whose instructions are believed.",
        discussion: """
              seneschal pay platform add quay-market --key-name "$(seneschal merchant key --json | jq -r .keyName)" \
            --public-key market.pem --secret-file market.credential
              seneschal pay platform suspend quay-market
              seneschal pay platform list
            """,
        subcommands: [Add.self, AddKey.self, Suspend.self, Resume.self, LeaveRewards.self, List.self])

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

extension PayPlatformCommand {
    struct AddKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-key", abstract: "Take in another key of a platform, before the platform signs with it.")

        @OptionGroup var key: PartyKeyArguments

        func run() async throws { try await key.add(Endpoints.addPlatformKey) }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Believe nothing new of a platform.")

        @OptionGroup var party: PartyStateArguments

        func run() async throws { try await party.set(true, Endpoints.setPlatformState) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Believe a platform again.")

        @OptionGroup var party: PartyStateArguments

        func run() async throws { try await party.set(false, Endpoints.setPlatformState) }
    }

    struct LeaveRewards: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "leave-rewards", abstract: "Let a platform pay rewards from an account.")

        @Argument(help: "The platform.")
        var name: String

        @Argument(help: ArgumentHelp("The account, of the kind reward.", valueName: "acc_…"))
        var account: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.leaveRewards, .init(account: account), ["party": name])
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
              seneschal pay terminal equip gate-1 --number A10000000001 --module gate.psam
              seneschal pay terminal list
            """,
        subcommands: [Make.self, Add.self, Equip.self, AddKey.self, Suspend.self, Resume.self, List.self])

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

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listPaymentTerminals) }
    }
}

extension PayTerminalCommand {
    struct AddKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-key", abstract: "Take in another key of a terminal, before the terminal signs with it.")

        @OptionGroup var key: PartyKeyArguments

        func run() async throws { try await key.add(Endpoints.addPaymentTerminalKey) }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Believe nothing new of a terminal.")

        @OptionGroup var party: PartyStateArguments

        func run() async throws { try await party.set(true, Endpoints.setPaymentTerminalState) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Believe a terminal again.")

        @OptionGroup var party: PartyStateArguments

        func run() async throws { try await party.set(false, Endpoints.setPaymentTerminalState) }
    }
}

/// Another key of a party.
struct PartyKeyArguments: ParsableArguments {
    @Argument(help: "Whose it is.")
    var name: String

    @Option(help: ArgumentHelp("`kid` of what is signed with it.", valueName: "name"))
    var keyName: String

    @Option(help: ArgumentHelp("The public key on P-256 (PEM).", valueName: "file"))
    var publicKey: String

    @OptionGroup var request: RequestOptions

    func add(_ endpoint: Endpoint<API.PaymentPartyKeyRequest, API.PaymentPartyKey>) async throws {
        let pem = try TextInput.read(publicKey)
        try await request.show(endpoint, .init(keyName: keyName, publicKey: pem), ["party": name])
    }
}

/// A party that is believed, or no more.
struct PartyStateArguments: ParsableArguments {
    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var request: RequestOptions

    func set(
        _ isSuspended: Bool, _ endpoint: Endpoint<API.PaymentPartyStateRequest, API.PaymentParty>
    ) async throws {
        try await request.show(endpoint, .init(isSuspended: isSuspended), ["party": name])
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
    @OptionGroup var request: RequestOptions

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
