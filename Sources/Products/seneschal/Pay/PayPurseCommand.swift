import ArgumentParser
import Assembly
import SeneschalAPI
import SeneschalClient

/// `seneschal pay purse …`.
struct PayPurseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purse", abstract: "Issue purses, load them from payers' accounts, settle what gates could not.",
        discussion: """
              seneschal pay purse issue --currency EUR --owner acc_…
              seneschal pay purse personalize 1040000123456789 --file ada.purse
              seneschal card new ada.card --purse ada.purse              # or: provider provision … --purse ada.purse
              seneschal pay purse load --payer ada.payer --card ada.card --amount 2000
              seneschal pay terminal equip gate-1 --number A10000000001 --module gate.psam
              seneschal terminal gate --card ada.card --module gate.psam --journal gate.journal --till gate.till --fare 200
              seneschal pay purse held
            """,
        subcommands: [
            Issue.self, List.self, Show.self, Personalize.self, Block.self, Unblock.self, PayPurseLoadCommand.self,
            Loads.self, Cancel.self, Held.self, Settle.self,
        ])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open the account of a new purse.")

        @Option(help: ArgumentHelp("19 digits; a fresh number when absent.", valueName: "digits"))
        var number: String?

        @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
        var currency: String

        @Option(
            help: ArgumentHelp(
                "The payer who is paid back what a gate took without opening; absent for a purse of its bearer.",
                valueName: "acc_…"))
        var owner: String?

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.issuePurse, .init(number: number, currency: currency, owner: owner))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the purses.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listPurses) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one purse.")

        @Argument(help: ArgumentHelp("The last 16 digits of its number.", valueName: "digits"))
        var card: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await server.withClient { try await $0.send(Endpoints.getPurse, NoBody(), ["card": card]) })
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop a purse from being loaded. What it has paid is owed all the same.")

        @OptionGroup var purse: PurseArgument

        func run() async throws { try await purse.setBlocked(true) }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a purse be loaded again.")

        @OptionGroup var purse: PurseArgument

        func run() async throws { try await purse.setBlocked(false) }
    }

    struct PurseArgument: ParsableArguments {
        @Argument(help: ArgumentHelp("The last 16 digits of its number.", valueName: "digits"))
        var card: String

        @OptionGroup var request: RequestOptions

        func setBlocked(_ isBlocked: Bool) async throws {
            try await request.show(Endpoints.setPurseState, .init(isBlocked: isBlocked), ["card": card])
        }
    }

    struct Held: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the purchases of which nobody knows whether the card was debited, oldest first.")

        @OptionGroup var list: NewestOptions

        func run() async throws { try await list.show(Endpoints.listHeldGatePurchases) }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide on a purchase of which nobody knows.",
            discussion: """
                  seneschal pay purse settle A10000000001 17 --debited
                  seneschal pay purse settle A10000000001 17 --not-debited

                Reports of gates and contacts with the card settle by themselves what they tell about; this is for the rest.
                """)

        enum Decision: String, EnumerableFlag { case debited, notDebited }

        @Argument(help: ArgumentHelp("The security module's number.", valueName: "hex"))
        var number: String

        @Argument(help: "The security module's serial of the purchase.")
        var serial: UInt32

        @Flag(help: "Whether the card was debited.")
        var decision: Decision

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.settleGatePurchase, .init(wasDebited: decision == .debited),
                ["number": number, "serial": "\(serial)"])
        }
    }
}

extension PayPurseCommand {
    /// `seneschal pay purse personalize`.
    struct Personalize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what makes a card this purse into a file for its provider, or for `card new`.")

        @Argument(help: ArgumentHelp("The last 16 digits of its number.", valueName: "digits"))
        var card: String

        @Option(
            help: ArgumentHelp("The file (mode 0600); it holds the card's keys. It must not exist.", valueName: "file"))
        var file: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            guard !SecretFile.exists(file) else { throw CommandFailure(.usage, "\(file) exists already") }
            let personalization = try await server.withClient { try await $0.pursePersonalization(card) }
            try PurseCardFile(personalization).create(file)
            Terminal.message(
                "The card's keys are in \(file). Next: seneschal provider provision … --purse \(file), or "
                    + "seneschal card new my.card --purse \(file)")
        }
    }
}
