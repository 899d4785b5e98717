import ArgumentParser
import Foundation
import SeneschalAPI
import SeneschalClient

/// `seneschal wallet card …`: what a wallet's operator does against fraud.
struct WalletCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Stop cards against fraud, and let them go on.",
        discussion: """
            A card that somebody else has suspended too stays suspended by them. References of cards and users stand in the \
            wallet's audit trail.

              seneschal wallet card suspend crd_… --reason "seen elsewhere" --credential-file night-watch.credential
              seneschal wallet card suspend --user usr_… --reason "account taken over" \
            --credential-file night-watch.credential
              seneschal wallet card resume crd_… --reason "false alarm" --credential-file night-watch.credential
            """,
        subcommands: [Suspend.self, Resume.self, Delete.self])

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop a card: nothing is paid with it.")

        @OptionGroup var cards: Options

        func run() async throws { try await cards.change(.suspend) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a suspension against fraud back.")

        @OptionGroup var cards: Options

        func run() async throws { try await cards.change(.resume) }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End all tokens of a card.")

        @OptionGroup var cards: Options

        func run() async throws { try await cards.change(.delete) }
    }

    struct Options: ParsableArguments {
        @Argument(help: ArgumentHelp("The card.", valueName: "crd_…"))
        var card: String?

        @Option(help: ArgumentHelp("All cards of a user.", valueName: "usr_…"))
        var user: String?

        @Option(help: "Why: kept in the tokens' histories.")
        var reason: String

        @Option(help: ArgumentHelp("The operator's credential, in a file that only you can read.", valueName: "file"))
        var credentialFile: String

        @Option(help: ArgumentHelp("The key of the request: repeat it with the same.", valueName: "key"))
        var idempotencyKey: String?

        @OptionGroup var address: WalletAddress
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if (card == nil) == (user == nil) { throw ValidationError("Name a card, or --user, one of them.") }
        }

        func change(_ change: API.CardChange) async throws {
            guard let credential = AccessCredential(secret: try SecretFile.read(credentialFile)) else {
                throw ValidationError("\(credentialFile) holds no access credential.")
            }
            let request = API.CardChangeRequest(card: card, userId: user, change: change, reason: reason)
            let key = idempotencyKey ?? UUID().uuidString
            try output.show(
                try await address.withClient(credential) { client throws(SeneschalClientError) in
                    try await client.changeCards(request, idempotencyKey: key)
                })
        }
    }
}

extension WalletAddress {
    /// What a client of the wallet answers; its connection is closed in any case.
    func withClient<Answer>(
        _ credential: AccessCredential?,
        _ ask: (SeneschalClient) async throws(SeneschalClientError) -> Answer
    ) async throws -> Answer {
        let transport = try transport()
        let answer: Result<Answer, SeneschalClientError>
        do throws(SeneschalClientError) {
            answer = .success(try await ask(SeneschalClient(transport, credential: credential)))
        } catch {
            answer = .failure(error)
        }
        await transport.close()
        return try answer.get()
    }
}
