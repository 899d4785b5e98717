import Assembly
import Foundation
import HTTPServer
import ISO8583Link
import Issuing
import Logging
import SeneschalAPI
import Testing

@testable import seneschal

@Suite("A bank's card at a shop, at the shell", .serialized)
struct CardPaymentCommandTests {
    /// A payment server with a line to an issuer, whose operators' credentials lie in files.
    private struct Town {
        let bench: Workbench
        let neighbourhood: PaymentNeighbourhood
        let issuer: RunningServer
        let atIssuer: [String]
        let atPayments: [String]

        init() async throws {
            bench = try Workbench()
            neighbourhood = try await PaymentNeighbourhood(
                in: bench.path("town"),
                logger: Logger(label: "town") { _ in
                    JSONLinesLogHandler(label: "town", logLevel: .critical, write: { _ in })
                })
            issuer = try await RunningServer(neighbourhood.issuer.server)
            let bank = try bench.write(
                "bank.credential", try await neighbourhood.issuer.desk.createOperatorCredential(name: "shell"))
            let server = try bench.write(
                "pay.credential", try await neighbourhood.payments.makeOperatorCredential())
            atIssuer = ["--server", issuer.address, "--credential-file", bank]
            atPayments = ["--server", neighbourhood.paymentServer.address, "--credential-file", server]
            await neighbourhood.payments.issuerLine?.untilUp()
        }

        func close() async {
            await issuer.stop()
            await neighbourhood.close()
        }

        /// Runs a command that succeeds, and gives a member of what it prints as JSON.
        func member(_ name: String, of arguments: [String]) async throws -> String {
            let run = await bench.run(arguments + ["--json"])
            try #require(run.status == 0, "\(arguments): \(run.everything)")
            return try #require(try run.json()[name]?.string, "\(run.everything)")
        }
    }

    @Test(
        "from the issuer's chip file to the till: it pays once by the name of the transaction, which needs no card to be asked after"
    )
    func pays() async throws {
        let town = try await Town()
        let bench = town.bench
        let template = await bench.run(["issuer", "cardholder", "template"])
        let holder = try await town.member(
            "id",
            of: ["issuer", "cardholder", "add", "--file", try bench.write("ada.json", template.text)] + town.atIssuer)
        let account = try await town.member(
            "card",
            of: [
                "issuer", "card", "issue", holder, "--type", "debit", "--label", "TIDE", "--balance", "2000",
                "--enrollment", "direct", "--number-file", bench.path("ada.number"),
            ] + town.atIssuer)
        let chip =
            [
                "issuer", "card", "chip", account, "--number-file", bench.path("ada.number"), "--file",
                bench.path("ada.chip"),
            ] + town.atIssuer
        #expect(await bench.run(chip).status == 0)
        #expect(await bench.run(chip).status == 2, "the file exists already")
        let card = try await bench.card("ada.card", ["--test-keys", "--bank-card", bench.path("ada.chip")])
        let shop = try await town.member(
            "account",
            of: ["pay", "account", "open", "--kind", "merchant", "--label", "Quay Books", "--currency", "EUR"]
                + town.atPayments)
        let till = bench.path("quay.till")
        let made = await bench.run(
            ["pay", "terminal", "make", "quay-till", "--payee", shop, "--till", till] + town.atPayments)
        #expect(made.status == 0, "\(made.everything)")

        let sale = ["terminal", "pay", "--card", card, "--till", till, "--transaction", "sale-7", "--json"]
        let paid = await bench.run(sale + ["--amount", "1250"])
        #expect(paid.status == 0, "\(paid.everything)")
        #expect(try paid.json()["outcome"] == "approved" && paid.json()["transaction"] == "sale-7")
        let number = try SecretFile.read(bench.path("ada.number"))
        #expect(!paid.everything.contains(number))
        // The second sale is more than there is.
        let poor = await bench.run(["terminal", "pay", "--card", card, "--till", till, "--amount", "1000", "--json"])
        #expect(poor.status == 1 && poor.everything.contains("declined (51)"), "\(poor.everything)")
        // The card is gone; its payment is not.
        try FileManager.default.removeItem(atPath: card)
        let again = await bench.run(sale + ["--amount", "1250"])
        #expect(again.status == 0, "\(again.everything)")
        #expect(try again.json()["authorizationCode"] == paid.json()["authorizationCode"])
        #expect(try again.json()["lastFour"] == .string(String(number.suffix(4))))
        let other = await bench.run(sale + ["--amount", "1251"])
        #expect(other.status == 1 && other.everything.contains("choose another --transaction"))
        let shown = await bench.run(
            ["pay", "card-payment", "show", "--till", till, "--transaction", "sale-7", "--json"])
        #expect(shown.status == 0 && shown.text == again.text, "\(shown.everything)")
        let unknown = await bench.run(["pay", "card-payment", "show", "--till", till, "--transaction", "sale-8"])
        #expect(unknown.status == 1)
        let reference = try #require(CardAccountReference(rawValue: account))
        #expect(try await town.neighbourhood.balance(ofCard: reference) == 750)
        await town.close()
    }

    @Test("what another terminal has read is sent from a file that only its owner reads, and how the line is is shown")
    func sent() async throws {
        let town = try await Town()
        let bench = town.bench
        let till = bench.path("quay.till")
        let shop = try await town.member(
            "account",
            of: ["pay", "account", "open", "--kind", "merchant", "--label", "Quay Books", "--currency", "EUR"]
                + town.atPayments)
        _ = await bench.run(
            ["pay", "terminal", "make", "quay-till", "--payee", shop, "--till", till] + town.atPayments)
        let template = await bench.run(["pay", "card-payment", "template"])
        let file = try bench.write("sale.json", template.text)
        let send = ["pay", "card-payment", "send", "--till", till, "--transaction", "sale-1", "--json"]
        for _ in 0..<2 {
            // Nobody's card.
            let sent = await bench.run(send + ["--file", file])
            #expect(sent.status == 1 && sent.everything.contains("the payment was declined"), "\(sent.everything)")
        }
        let open = try bench.write("open.json", template.text, mode: 0o644)
        #expect(await bench.run(send + ["--file", open]).everything.contains("chmod 600"))
        let broken = try bench.write("broken.json", #"{"amount": 1}"#)
        #expect(await bench.run(send + ["--file", broken]).status == 2)
        let status = await bench.run(
            ["pay", "status", "--server", town.neighbourhood.paymentServer.address, "--json"])
        #expect(status.status == 0, "\(status.everything)")
        #expect(try status.json()["issuerLine"]?["state"] == "signedOn")
        #expect(try status.json()["issuerLine"]?["reversals"] == 0)
        #expect(await bench.run(["issuer", "status", "--server", town.issuer.address]).status == 0)
        await town.close()
    }

    @Test(
        "options that do not go together, and a line in the clear to another machine, are refused before anything runs")
    func usage() async throws {
        let bench = try Workbench()
        func isUsage(_ arguments: String...) async -> Bool { await bench.run(arguments).status == 2 }
        #expect(await isUsage("terminal", "pay", "--amount", "1", "--till", "t"))
        #expect(await isUsage("terminal", "pay", "--amount", "1", "--card", "c", "--reader", "r"))
        #expect(
            await isUsage(
                "terminal", "pay", "--amount", "1", "--card", "c", "--till", "t", "--wallet", "http://127.0.0.1:1",
                "--credential-file", "f"))
        #expect(await isUsage("pay", "card-payment", "show", "--till", "t"))
        let settlement = "acc_" + String(repeating: "0", count: 32)
        let pay = ["pay", "serve", "--name", "quay", "--data", bench.path("pay"), "--issuer-settlement", settlement]
        for wrong in [
            ["--issuer-line", "bank.example:8583"],
            ["--issuer-line", "bank.example:8583", "--issuer-unprotected", "--issuer-tls"],
            ["--issuer-line", "bank.example:8583", "--issuer-tls-trust", "a", "--issuer-tls-pin", "b"],
            ["--issuer-line", "bank.example:8583", "--issuer-tls", "--issuer-tls-key", "k"],
            ["--issuer-line", "bank.example:8583", "--issuer-tls-pin", "00"],
            ["--issuer-line", "127.0.0.1:8583", "--issuer-tls-trust", bench.path("none.pem")],
        ] {
            let run = await bench.run(pay + wrong)
            #expect(run.status == 2, "\(wrong): \(run.everything)")
        }
        #expect(!FileManager.default.fileExists(atPath: bench.path("pay")))
        let issuer = [
            "issuer", "serve", "--name", "tide-bank", "--bin", "54133300", "--data", bench.path("bank"), "--port", "0",
            "--iso8583-port", "0",
        ]
        for wrong in [
            ["--iso8583-address", "0.0.0.0"], ["--iso8583-tls-key", "k"], ["--iso8583-tls-client-trust", "c"],
        ] { #expect(await bench.run(issuer + wrong).status == 2, "\(wrong)") }
        #expect(await isUsage("iso8583", "send", "--host", "bank.example", "--port", "1"))
    }
}
