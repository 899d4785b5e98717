import ArgumentParser
import Assembly
import Foundation
import SeneschalAPI
import SeneschalClient

/// `seneschal pay smart-card …`.
struct PaySmartCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smart-card", abstract: "Enrol smart cards for accounts, block them.",
        discussion: """
              seneschal pay smart-card enrol --account acc_… --data-file member.txt
              seneschal pay smart-card personalize 0123456789ABCDEF --file ada.smart-card
              seneschal provider provision --vault pay.vault --smart-card ada.smart-card --msi 491700000001 \
            --service 3001/1.0 --sp-name "Quay Payments" --prn 0123456789ABCDEF
              seneschal terminal smart-card --air 54321 --amount 590 --till corner.till
              seneschal pay smart-card block 0123456789ABCDEF
            """,
        subcommands: [Enrol.self, Personalize.self, Block.self, Unblock.self])

    struct Enrol: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Link a card to an account, with data that only this card carries.")

        @Option(help: ArgumentHelp("The account that it pays from.", valueName: "acc_…"))
        var account: String

        @Option(help: ArgumentHelp("Of a card that has one; a fresh one when absent.", valueName: "hex"))
        var identification: String?

        @Option(help: ArgumentHelp("What the card carries, enciphered for it: 1 to 160 bytes.", valueName: "file"))
        var dataFile: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            let data = Array(try TextInput.read(dataFile).trimmingCharacters(in: .newlines).utf8)
            try await request.show(
                Endpoints.enrolSmartCard,
                .init(account: account, identification: identification, data: HexBytes(data)))
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop a card from paying.")

        @OptionGroup var card: SmartCardArgument

        func run() async throws { try await card.setBlocked(true) }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a card pay again.")

        @OptionGroup var card: SmartCardArgument

        func run() async throws { try await card.setBlocked(false) }
    }

    struct SmartCardArgument: ParsableArguments {
        @Argument(help: ArgumentHelp("The card's identification.", valueName: "hex"))
        var card: String

        @OptionGroup var request: RequestOptions

        func setBlocked(_ isBlocked: Bool) async throws {
            try await request.show(Endpoints.setSmartCardState, .init(isBlocked: isBlocked), ["card": card])
        }
    }
}

extension PaySmartCardCommand {
    /// `seneschal pay smart-card personalize`.
    struct Personalize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what makes a card this one into a file for its provider, or for `card new`.")

        @Argument(help: ArgumentHelp("The card's identification.", valueName: "hex"))
        var card: String

        @Option(
            help: ArgumentHelp("The file (mode 0600); it holds the card's key. It must not exist.", valueName: "file"))
        var file: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            guard !SecretFile.exists(file) else { throw CommandFailure(.usage, "\(file) exists already") }
            let personalization = try await server.withClient { try await $0.smartCardPersonalization(card) }
            try SmartCardFile(personalization).create(file)
            Terminal.message(
                "The card's key is in \(file). Next: seneschal provider provision … --smart-card \(file), or "
                    + "seneschal card new my.card --smart-card \(file)")
        }
    }
}
