import ArgumentParser
import Assembly
import CardCryptography
import CardLink
import Foundation
import ISO4217
import ISO7816
import Instructions
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// `seneschal pay bill …`.
struct PayBillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bill", abstract: "Collect purchases on a bill, and confirm it once.",
        discussion: """
              seneschal pay bill collect --payer ada.payer --air 54323
              seneschal terminal bill --air 54323 --description Tea --amount 250 --terminal corner.till
              seneschal pay bill list --payer ada.payer

            The device is on nfcpy's UDP air with the bill application; sellers' terminals put items on it.
            """,
        subcommands: [Collect.self, List.self, Cancel.self])

    struct Collect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Activate a bill, collect until Control-C, then confirm what was collected.")

        @Option(help: ArgumentHelp("How long items can be added.", valueName: "seconds"))
        var period: Int64 = 3_600

        @Option(help: ArgumentHelp("The total goes no higher.", valueName: "cents"))
        var limit: Int64?

        @Option(help: "The UDP port of the air.")
        var air: UInt16 = UDPAir.defaultPort

        @Flag(name: [.customShort("y"), .long], help: "Agree to whatever was collected.")
        var yes = false

        @OptionGroup var identity: AirOptions
        @OptionGroup var payer: PayerOptions
        @OptionGroup var pin: PINOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let pin = try pin.text()
            try await payer.withPayer { file, client in
                let account = try await client.send(Endpoints.getPayerAccount, NoBody())
                let emulation = HostCardEmulation(NoSecureElement())
                let collector = BillCollector(HTTPBillService(client), emulation: emulation, key: try file.payerKey())
                let limit = limit.flatMap { cents in
                    Currency(account.currency).map { Money(minorUnits: cents, currency: $0) }
                }
                let bill = try await collector.open(
                    periodSeconds: period, limit: limit, requestKey: SeneschalClient.newIdempotencyKey())
                try await collect(bill, emulation, collector)
                let shown = try await collector.close(requestKey: SeneschalClient.newIdempotencyKey())
                for item in shown.list.items { Terminal.message(shown.list.inWords(item)) }
                guard await AskedOwner(agrees: yes).confirm("Pay \(shown.list.money)") else {
                    throw CommandFailure(.refused, "the owner did not agree", nextStep: "add --yes if that is meant")
                }
                let settlement = try await collector.confirm(
                    shown, userVerified: false, pin: pin, at: SystemClock().now())
                try conclude(settlement, bill, try await client.send(Endpoints.getBill, NoBody(), ["bill": bill.bill]))
            }
        }

        /// The device is on the air; what terminals hand over goes to the payment server at once.
        private func collect(
            _ bill: ActiveBill, _ emulation: HostCardEmulation, _ collector: BillCollector
        ) async throws {
            let onAir = try UDPAir(emulation, controller: identity.controller).listen(port: air)
            let signals = StopSignals.onArrival { onAir.stop() }
            Terminal.message("The bill \(bill.bill) is on the air: udp:localhost:\(onAir.port). Control-C ends it.")
            let delivering = Task { await collector.deliverAsItComes { Terminal.message($0.inWords) } }
            await onAir.stopped()
            withExtendedLifetime(signals) {}
            delivering.cancel()
            await delivering.value
            for delivery in try await collector.deliver() { Terminal.message(delivery.inWords) }
        }

        private func conclude(_ settlement: BillSettlement, _ bill: ActiveBill, _ answer: API.Bill) throws {
            guard case .settled = settlement else {
                throw CommandFailure(
                    .refused, "the account does not hold as much: nothing was paid",
                    nextStep: "put money on it; the bill can be confirmed until it is over")
            }
            try output.show(answer)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the payer's newest bills.")

        @Option(help: "Bills at most, 1 to \(API.limitMax).")
        var limit = API.limitDefault

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(try await payer.withClient { try await $0.list(Endpoints.listBills, limit: limit) })
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a bill up: nothing moves.")

        @Argument(help: ArgumentHelp("The bill.", valueName: "bill_…"))
        var bill: String

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await payer.withClient { try await $0.send(Endpoints.cancelBill, .init(), ["bill": bill]) })
        }
    }
}

extension ItemDelivery {
    /// What was bought, and whether it is on the bill.
    var inWords: String {
        "\(item.description), \(Money(minorUnits: item.amount, currency: item.currency)): \(refusal ?? "on the bill")"
    }
}

extension ItemizedBill {
    /// One line of the list.
    func inWords(_ item: Item) -> String {
        "\(Money(minorUnits: item.amount, currency: currency))  \(item.description)"
    }
}

/// A device with the bill application and no secure element.
private struct NoSecureElement: CardChannel {
    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU { ResponseAPDU(.fileNotFound) }
    func reset() async throws(CardUnreachable) {}
}
