import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal pay account …`.
struct PayAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Open accounts of the ledger, list them, put money on them.",
        discussion: """
              seneschal pay account open --kind merchant --label "Corner Shop" --currency EUR
              seneschal pay account list
              seneschal pay account fund acc_… --from acc_… --amount 5000 --currency EUR --reference "cash desk"
              seneschal pay account close acc_…

            Amounts are minor units: 1250 of EUR are 12.50. Payers open their accounts themselves: \
            `seneschal pay payer open`.
            """,
        subcommands: [Open.self, List.self, Fund.self, Withdraw.self, Close.self])

    /// The kinds that an operator opens.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case merchant, issuerSettlement, reward, transit, equity

        var api: API.PaymentAccountKind {
            switch self {
            case .merchant: .merchant
            case .issuerSettlement: .issuerSettlement
            case .reward: .reward
            case .transit: .transit
            case .equity: .equity
            }
        }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open an account.")

        @Option(help: "What it is for.")
        var kind: Kind

        @Option(help: "Whose it is, for people.")
        var label: String

        @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
        var currency: String

        @Option(
            help: ArgumentHelp(
                "How far it may go below zero. Banks and the server itself have no bound when absent, the others 0.",
                valueName: "cents"))
        var overdraft: Int?

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.openLedgerAccount,
                .init(label: label, kind: kind.api, currency: currency, overdraftLimit: overdraft))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts with their balances.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listLedgerAccounts) }
    }

    struct Fund: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Book money that came over a bank.")

        @OptionGroup var booking: BookingArguments

        @Option(help: ArgumentHelp("The bank's account, of the kind issuerSettlement.", valueName: "acc_…"))
        var from: String

        func run() async throws {
            try await booking.request.show(
                Endpoints.fundAccount,
                .init(
                    account: booking.account, amount: booking.amount, currency: booking.currency, from: from,
                    reference: booking.reference))
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Book money that leaves over a bank.")

        @OptionGroup var booking: BookingArguments

        @Option(help: ArgumentHelp("The bank's account, of the kind issuerSettlement.", valueName: "acc_…"))
        var to: String

        func run() async throws {
            try await booking.request.show(
                Endpoints.withdraw,
                .init(
                    account: booking.account, amount: booking.amount, currency: booking.currency, to: to,
                    reference: booking.reference))
        }
    }

    /// Money that comes or goes, and what it is booked under.
    struct BookingArguments: ParsableArguments {
        @Argument(help: ArgumentHelp("The account.", valueName: "acc_…"))
        var account: String

        @Option(help: ArgumentHelp("In minor units.", valueName: "cents"))
        var amount: Int

        @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
        var currency: String

        @Option(help: "What it is booked under.")
        var reference: String

        @OptionGroup var request: RequestOptions
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close an account that is empty: nothing moves over it any more.")

        @Argument(help: ArgumentHelp("The account.", valueName: "acc_…"))
        var account: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.closeLedgerAccount, .init(), ["account": account])
        }
    }
}
