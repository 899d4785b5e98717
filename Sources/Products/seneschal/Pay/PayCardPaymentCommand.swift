import ArgumentParser
import Foundation
import SeneschalAPI
import SeneschalClient

/// `seneschal pay card-payment …`: what a merchant's terminal asks the payment server about cards.
struct PayCardPaymentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card-payment",
        abstract: "Pay with a card that a terminal has read, or see what became of such a payment.",
        discussion: """
            `seneschal terminal pay --till` reads the card itself. What another terminal has read is sent from a file:

              seneschal pay card-payment template > sale.json
              seneschal pay card-payment send --till corner.till --file sale.json --transaction sale-7
              seneschal pay card-payment show --till corner.till --transaction sale-7 --json

            The name of the transaction is the terminal's own; sent again with the same, it is the same payment.

            Exit status 0: approved. 1: declined or refused. 3: the server cannot be reached. 4: not settled yet.
            """,
        subcommands: [Send.self, Show.self, Template.self])

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the payment server ask the card's issuer for a payment.",
            discussion: """
                The file holds a card's number and the chip's cryptogram: it is readable by its owner alone.

                  seneschal pay card-payment send --till corner.till --file sale.json --transaction sale-7
                """)

        @Option(help: ArgumentHelp("What the terminal has read, in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var till: TillOptions

        func run() async throws {
            // Refuses a file that others can read.
            if file != "-" { _ = try SecretFile.read(file) }
            let request = try TextInput.message(API.CardPaymentRequest.self, from: file)
            let terminal = try TillFile.read(till.till)
            let transport = try HTTPTransport(server: terminal.url, trustedCertificates: till.trust)
            let client = try terminal.client(transport)
            let answer: API.CardPayment
            do throws(SeneschalClientError) {
                answer = try await client.send(
                    Endpoints.payWithCard, request, idempotencyKey: till.transaction)
            } catch {
                await transport.close()
                throw failure(error)
            }
            await transport.close()
            try till.output.show(answer)
            switch answer.outcome {
            case .approved: return
            case .declined, .cancelled: throw CommandFailure(.refused, "the payment was \(answer.outcome.rawValue)")
            case .pending: throw unsettled("the issuer has not answered yet")
            }
        }

        private func failure(_ error: SeneschalClientError) -> any Error {
            switch error {
            case .problem(let problem) where problem.code == .unfinished: unsettled("\(problem)")
            case .unreachable:
                CommandFailure(
                    .unreachable, "\(error)",
                    nextStep: "the server may have the request; repeat it with --transaction \(till.transaction)")
            case .problem, .malformedAnswer, .invalidServer: error
            }
        }

        private func unsettled(_ reason: String) -> CommandFailure {
            CommandFailure(
                .unknownOutcome, reason, nextStep: "repeat with the same file and --transaction \(till.transaction)")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what became of a payment of the terminal's; the card is not needed.")

        @OptionGroup var till: TillOptions

        func run() async throws {
            try await TillPayment(
                try TillFile.read(till.till), trustedCertificates: till.trust, transaction: till.transaction,
                json: till.output.json
            ).show()
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print such a payment in JSON to start from.")

        func run() { Terminal.output(API.CardPaymentRequest.schema.example.indentedText) }
    }

    struct TillOptions: ParsableArguments {
        @Option(help: ArgumentHelp("The terminal's file, made by `seneschal pay terminal make`.", valueName: "file"))
        var till: String

        @Option(
            help: ArgumentHelp(
                "The certificates (PEM) that sign the server's; those of the system when absent.", valueName: "file"))
        var trust: String?

        @Option(help: "The terminal's own name of the transaction, 1 to 64 characters.")
        var transaction: String

        @OptionGroup var output: OutputOptions
    }
}
