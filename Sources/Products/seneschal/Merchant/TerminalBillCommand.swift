import ArgumentParser
import Assembly
import CardLink
import ISO4217
import ISO7816
import Instructions
import SeneschalAPI
import Terminal

/// `seneschal terminal bill`: a sale goes on the bill of the device that is held to the terminal.
struct TerminalBillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bill",
        abstract: "Put a sale on the bill of the device that is held to the terminal.",
        discussion: """
              seneschal pay terminal make corner-till --payee acc_… --till corner.till
              seneschal terminal bill --air 54321 --till corner.till --description Tea --amount 250 --currency EUR

            The terminal counts its items in TILL.items. An item that was signed and not taken is handed over again at \
            once; nothing of it is paid before the device's owner has confirmed the bill.
            """)

    @Option(help: ArgumentHelp("The terminal's file, made by `seneschal pay terminal make`.", valueName: "file"))
    var till: String

    @Option(help: "What was sold.")
    var description: String

    @Option(help: ArgumentHelp("In minor units: 250 are 2.50.", valueName: "cents"))
    var amount: Int64

    @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
    var currency = "EUR"

    @OptionGroup var place: CardPlace

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    /// Times that an item is handed over, at most.
    private static let attemptsMax = 3

    func run() async throws {
        guard let currency = Currency(currency) else {
            throw CommandFailure(.usage, "--currency is an alphabetic code of ISO 4217, such as EUR")
        }
        let file = try TillFile.read(till)
        let terminal = BillTerminal(
            name: file.name, paymentServer: file.server, seller: file.payee, key: try file.signingKey(),
            sequence: try FileItemSequence(path: till + ".items"))
        let sale = Sale(description, Money(minorUnits: amount, currency: currency))
        let item = try await place.withCard { device in
            do {
                let item = try await terminal.sign(sale, for: device, at: SystemClock().now())
                try await hand(item, terminal, to: device)
                return item
            } catch let error as BillTerminalError {
                throw CommandFailure(.refused, "\(error)", nextStep: "hold the device there again")
            }
        }
        guard json else {
            return Terminal.output("\(sale.amount)  \(description), item \(item.sequence), on \(item.bill.bill)")
        }
        Terminal.output(
            JSONValue.object([
                JSONMember("bill", .string(item.bill.bill)), JSONMember("sequence", .integer(Int(item.sequence))),
                JSONMember("amount", .integer(Int(amount))), JSONMember("currency", .string(currency.code)),
            ]).indentedText)
    }

    private func hand(_ item: SignedItem, _ terminal: BillTerminal, to device: any CardChannel) async throws {
        for attempt in 1...Self.attemptsMax {
            do throws(BillTerminalError) {
                return try await terminal.hand(item, to: device)
            } catch {
                guard case .deviceRemoved = error, attempt < Self.attemptsMax else { throw error }
            }
        }
    }
}
