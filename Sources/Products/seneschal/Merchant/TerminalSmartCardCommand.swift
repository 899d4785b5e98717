import ArgumentParser
import Assembly
import Foundation
import ISO4217
import ISO7816
import SeneschalAPI
import SeneschalClient
import SmartCardVerification
import Terminal

/// `seneschal terminal smart-card`: a smart card pays, verified by the payment server in two stages.
struct TerminalSmartCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smart-card",
        abstract: "A smart card pays: it proves its key over the transaction, then its data has to be its account's.",
        discussion: """
              seneschal terminal smart-card --card ada.card --till corner.till --amount 590 --currency EUR

            Exit status 0: approved. 1: declined or refused; why a card is refused is not said. 4: not settled yet; \
            repeat with the same --transaction.
            """)

    @Option(help: ArgumentHelp("The terminal's file, made by `seneschal pay terminal make`.", valueName: "file"))
    var till: String

    @Option(help: ArgumentHelp("In minor units: 590 are 5.90.", valueName: "cents"))
    var amount: Int64

    @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
    var currency = "EUR"

    @Option(help: "The terminal's own name of the transaction; a new one when absent.")
    var transaction: String?

    @OptionGroup var place: CardPlace

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    func run() async throws {
        guard let currency = Currency(currency) else {
            throw CommandFailure(.usage, "--currency is an alphabetic code of ISO 4217, such as EUR")
        }
        let file = try TillFile.read(till)
        let name = transaction ?? UUID().uuidString
        let price = Money(minorUnits: amount, currency: currency)
        let transport = try HTTPTransport(server: file.url)
        let answer: Result<CardTransactionAnswer, SmartCardTerminalError>
        do {
            let terminal = SmartCardTerminal(
                name: file.name, paymentServer: file.server, application: SmartCardCommand.application,
                key: try file.signingKey(), server: HTTPSmartCardServer(try file.client(transport)))
            answer = try await place.withCard { card in
                do throws(SmartCardTerminalError) {
                    let prepared = try await terminal.prepare(name, price, with: card, at: SystemClock().now())
                    return .success(try await terminal.submit(prepared))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        try conclude(answer, price, name)
    }

    private func conclude(
        _ answer: Result<CardTransactionAnswer, SmartCardTerminalError>, _ price: Money, _ name: String
    ) throws {
        switch answer {
        case .success(let answer):
            show(answer, price, name)
            if case .approved = answer { return }
            throw CommandFailure(.refused, "the card is not accepted for \(price)")
        case .failure(.server(.unsettled(let detail))):
            throw CommandFailure(.unknownOutcome, detail, nextStep: "repeat with --transaction \(name)")
        case .failure(let error): throw CommandFailure(.refused, "\(error)")
        }
    }

    private func show(_ answer: CardTransactionAnswer, _ price: Money, _ name: String) {
        let (outcome, transfer) =
            switch answer {
            case .approved(let transfer): ("approved", transfer as String?)
            case .declined: ("declined", nil)
            case .refused: ("refused", nil)
            }
        guard json else { return Terminal.output("\(price)  \(outcome)" + (transfer.map { ", transfer \($0)" } ?? "")) }
        var members = [JSONMember("transaction", .string(name)), JSONMember("outcome", .string(outcome))]
        if let transfer { members.append(JSONMember("transfer", .string(transfer))) }
        Terminal.output(JSONValue.object(members).indentedText)
    }
}
