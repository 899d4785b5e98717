import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal pay …`: a payment server, what its operator does, and a payer's device at the shell.
struct PayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay",
        abstract: "Run a payment server: one ledger, and the orders, bills, cards and purses that move money on it.",
        discussion: """
              seneschal pay serve --name quay-pay --data var/pay --port 8083 --first-run &
              export SENESCHAL_SERVER=http://127.0.0.1:8083 SENESCHAL_CREDENTIAL_FILE=var/pay/operator.credential
              seneschal pay account open --kind issuerSettlement --label "Harbour Bank" --currency EUR
              seneschal pay account open --kind merchant --label "Corner Shop" --currency EUR
              seneschal pay platform add quay-market --public-key market.pem --secret-file market.credential
              seneschal pay payer open --label Ada --currency EUR --pin-file ada.pin --payer ada.payer
              seneschal pay account fund acc_… --from acc_… --amount 5000 --currency EUR --reference "cash desk"
              seneschal pay balance
            """,
        subcommands: [
            PayServeCommand.self, PayAccountCommand.self, PayPlatformCommand.self, PayTerminalCommand.self,
            PayPayerCommand.self, PayOrderCommand.self, PayBillCommand.self, PaySmartCardCommand.self,
            PayCardPaymentCommand.self, PayPurseCommand.self, PayBalanceCommand.self, PayJournalCommand.self,
            PayExportCommand.self, PayAuditCommand.self, PayStatusCommand.self,
        ])
}

/// `seneschal pay balance`.
struct PayBalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "Show what stands on the two sides of each currency: in a ledger that is right they are equal.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(try await server.withClient { try await $0.send(Endpoints.getTrialBalance, NoBody()) })
    }
}

/// `seneschal pay journal`.
struct PayJournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "List the movements of the ledger, oldest first.")

    @OptionGroup var list: PageOptions

    func run() async throws { try await list.show(Endpoints.listLedgerTransfers) }
}

/// `seneschal pay audit`.
struct PayAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List the newest lines of the audit trail.")

    @OptionGroup var list: NewestOptions

    func run() async throws { try await list.show(Endpoints.listPaymentAuditEntries) }
}

/// `seneschal pay status`.
struct PayStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the server is, and its line to the issuer of cards.",
        discussion: """
              seneschal pay status --server http://127.0.0.1:8083 --json

            Of the line: whether it is signed on, since when the issuer has been silent, how many requests wait for \
            their answers and how many reversals for the issuer. No credential is needed.

            Exit status 1: the ledger or the vault has failed. A line that is down is shown, and is no failure of the \
            server's.
            """)

    @OptionGroup var health: HealthOptions

    func run() async throws { try await health.show() }
}
