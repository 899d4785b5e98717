import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal issuer card …`.
struct IssuerCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Issue cards, list them, block them.",
        discussion: """
              seneschal issuer card issue hld_… --type credit --label HARBOUR --credit-limit 200000 \
            --number-file ada.number
              seneschal issuer card issue hld_… --type debit --label HARBOUR --enrollment direct --number-file ada.number
              seneschal issuer card list
              seneschal issuer card block acc_…
              seneschal issuer card order acc_… suspend --reason "reported lost" --wallet https://wallet.example:8443
              seneschal issuer card bindings acc_…
              seneschal issuer card personalize acc_… --transport-key bureau.pem
              seneschal issuer card chip acc_… --number-file ada.number --file ada.chip
            """,
        subcommands: [
            Issue.self, List.self, Block.self, Unblock.self, Close.self, Order.self, Bindings.self, Personalize.self,
            Chip.self,
        ])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a card to a cardholder.",
            discussion: "The number is told once, and goes into a file; lists show it masked.")

        @Argument(help: ArgumentHelp("The cardholder.", valueName: "hld_…"))
        var cardholder: String

        @Option(help: "debit or credit.")
        var type: CardTypeArgument

        @Option(help: "What is on the card, 1 to 16 characters.")
        var label: String

        @Option(help: "How it gets into a wallet: one-time-password, direct or referral.")
        var enrollment = EnrollmentArgument.oneTimePassword

        @Option(help: ArgumentHelp("What is on the account, in minor units.", valueName: "cents"))
        var balance = 0

        @Option(help: ArgumentHelp("How far it may go below zero, for a credit card.", valueName: "cents"))
        var creditLimit = 0

        @Option(help: ArgumentHelp("The last month; 48 months from now when absent.", valueName: "MM/YY"))
        var expiry: String?

        @Option(help: ArgumentHelp("The file for the card's number (mode 0600). It must not exist.", valueName: "file"))
        var numberFile: String

        @Option(
            help: ArgumentHelp(
                "A file with the number that the card is to have, of the issuer's ranges; a fresh one when absent.",
                valueName: "file"))
        var numberFrom: String?

        @OptionGroup var request: IssuerRequestOptions

        func run() async throws {
            // Before anything is issued: afterwards it would be too late.
            guard !SecretFile.exists(numberFile) else { throw CommandFailure(.usage, "\(numberFile) exists already") }
            let number = try numberFrom.map { try SecretFile.read($0) }
            let answer = try await request.server.withClient {
                try await $0.issueCard(
                    .init(
                        cardholder: cardholder, type: type.api, label: label, enrollment: enrollment.api,
                        balance: balance, creditLimit: creditLimit, expiry: expiry, number: number),
                    idempotencyKey: request.key.idempotencyKey)
            }
            try SecretFile.create(numberFile, answer.number)
            Terminal.message("The card's number is in \(numberFile).")
            try request.output.show(answer.account)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the cards, their numbers masked.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listCardAccounts) }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Block a card: nothing is paid with it.")

        @OptionGroup var card: CardArgument

        func run() async throws { try await card.become(.blocked) }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Unblock a card.")

        @OptionGroup var card: CardArgument

        func run() async throws { try await card.become(.active) }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close a card for good.")

        @OptionGroup var card: CardArgument

        func run() async throws { try await card.become(.closed) }
    }

    struct Order: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a wallet suspend, resume or delete a card's tokens.",
            discussion: """
                The issuer signs the order, and the wallet carries it out in whosever wallets the card is. What others have \
                suspended stays so. The plastic card is not touched: see `block`.

                  seneschal issuer card order acc_… suspend --reason "reported lost"
                """)

        @OptionGroup var card: CardArgument

        @Argument(help: "suspend, resume or delete.")
        var change: CardChangeArgument

        @Option(help: "Why: kept in the tokens' histories.")
        var reason: String

        @Option(help: "What the wallet is called at the issuer.")
        var walletName = "seneschal-wallet"

        @OptionGroup var wallet: WalletAddress

        func run() async throws {
            let request = API.TokenOrderRequest(wallet: walletName, change: change.api, reason: reason)
            let order = try await card.request.server.withClient {
                try await $0.signTokenOrder(request, of: card.card, idempotencyKey: card.request.key.idempotencyKey)
            }
            try card.request.output.show(
                try await wallet.withClient(nil) { client throws(SeneschalClientError) in
                    try await client.carryOut(order)
                })
        }
    }

    struct Bindings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who has a card in which wallet, on which secure element.")

        @OptionGroup var card: CardArgument

        func run() async throws {
            try card.request.output.show(
                try await card.request.server.withClient { try await $0.cardBindings(of: card.card) })
        }
    }

    struct Personalize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the key of a card's chip, wrapped for whoever personalizes it.")

        @Option(help: ArgumentHelp("The personalizer's public transport key (PEM).", valueName: "file"))
        var transportKey: String

        @OptionGroup var card: CardArgument

        func run() async throws {
            let pem = try TextInput.read(transportKey)
            try card.request.output.show(
                try await card.request.server.withClient {
                    try await $0.personalizeChip(
                        of: card.card, transportKey: pem, idempotencyKey: card.request.key.idempotencyKey)
                })
        }
    }

    struct CardArgument: ParsableArguments {
        @Argument(help: ArgumentHelp("The card.", valueName: "acc_…"))
        var card: String

        @OptionGroup var request: IssuerRequestOptions

        func become(_ state: API.CardAccountState) async throws {
            try request.output.show(
                try await request.server.withClient {
                    try await $0.setCardAccountState(state, of: card, idempotencyKey: request.key.idempotencyKey)
                })
        }
    }
}

/// What a wallet is to do with a card.
enum CardChangeArgument: String, ExpressibleByArgument, CaseIterable {
    case suspend, resume, delete

    var api: API.CardChange {
        switch self {
        case .suspend: .suspend
        case .resume: .resume
        case .delete: .delete
        }
    }
}

/// `debit` or `credit`.
enum CardTypeArgument: String, ExpressibleByArgument, CaseIterable {
    case debit, credit

    var api: API.IssuerCardType {
        switch self {
        case .debit: .debit
        case .credit: .credit
        }
    }
}

/// How a card gets into a wallet.
enum EnrollmentArgument: String, ExpressibleByArgument, CaseIterable {
    case oneTimePassword = "one-time-password", direct, referral

    var api: API.CardEnrollment {
        switch self {
        case .oneTimePassword: .oneTimePassword
        case .direct: .direct
        case .referral: .referral
        }
    }
}
