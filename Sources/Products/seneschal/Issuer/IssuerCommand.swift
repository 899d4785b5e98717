import ArgumentParser
import Foundation
import Issuing
import SeneschalAPI
import SeneschalClient

/// `seneschal issuer …`: a reference issuer, and what its operator does.
struct IssuerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issuer",
        abstract: "Run a reference issuer: card accounts, real-name verification, bindings, authorization.",
        discussion: """
              seneschal issuer serve --name harbour-bank --bin 47617390 --data harbour --port 8081 --first-run &
              export SENESCHAL_SERVER=http://127.0.0.1:8081 SENESCHAL_CREDENTIAL_FILE=harbour/operator.credential
              seneschal issuer cardholder add --file ada.json
              seneschal issuer card issue hld_… --type debit --label HARBOUR --balance 10000 --number-file ada.number
              seneschal issuer wallet add lantern --public-key lantern.pem --secret-file lantern.credential
              seneschal issuer otp
              seneschal issuer card block acc_…

            Several issuers run at once, each with its own name, ranges, data folder and port.
            """,
        subcommands: [
            IssuerServeCommand.self, IssuerCardholderCommand.self, IssuerCardCommand.self, IssuerWalletCommand.self,
            IssuerOneTimePasswordsCommand.self, IssuerTransactionsCommand.self, IssuerAuditCommand.self,
            IssuerKeyCommand.self, IssuerPolicyCommand.self, IssuerStatusCommand.self,
        ])
}

/// Where the issuer is, who asks, and how the answer is shown.
struct IssuerRequestOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions
}

/// `seneschal issuer otp`.
struct IssuerOneTimePasswordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otp", abstract: "Read the simulated telephone network: the newest one-time passwords.")

    @Option(help: "Messages at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { try await $0.list(Endpoints.listOneTimePasswords, limit: limit) })
    }
}

/// `seneschal issuer transactions`.
struct IssuerTransactionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transactions", abstract: "List the newest transactions.")

    @Option(help: ArgumentHelp("Of this card only.", valueName: "acc_…"))
    var card: String?

    @Option(help: "Transactions at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(try await server.withClient { try await $0.cardTransactions(of: card, limit: limit) })
    }
}

/// `seneschal issuer audit`.
struct IssuerAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List the newest lines of the audit trail.")

    @Option(help: "Lines at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { try await $0.list(Endpoints.listIssuerAuditEntries, limit: limit) })
    }
}

/// `seneschal issuer key`.
struct IssuerKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Print the public keys that the issuer signs with and is encrypted to.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // Anybody may ask.
        try output.show(try await server.withOpenClient { try await $0.issuerKey() })
    }
}

/// `seneschal issuer policy`.
struct IssuerPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Print the standard rules and limits for verifications in JSON.")

    func run() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Terminal.output(String(decoding: try encoder.encode(RiskPolicy.standard), as: UTF8.self))
    }
}

/// `seneschal issuer status`.
struct IssuerStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the server is, and its lines to acquirers.",
        discussion: """
              seneschal issuer status --server http://127.0.0.1:8081 --json

            Of the lines: how many are open, how long ago an acquirer signed on, sent an echo or sent anything, and what \
            was cut off. No credential is needed. Exit status 1: the store or the vault has failed.
            """)

    @OptionGroup var health: HealthOptions

    func run() async throws { try await health.show() }
}
