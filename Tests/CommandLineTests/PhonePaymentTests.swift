import Assembly
import CardCryptography
import CardLink
import Foundation
import HTTPServer
import ISO7816
import KeyVault
import Logging
import MobileDevice
import NFCForum
import SeneschalAPI
import SeneschalClient
import Synchronization
import Testing
import TrustedServiceManager

@testable import seneschal

@Suite("A telephone at the shell", .serialized)
struct PhonePaymentTests {
    @Test("reads a tag and pays it, collects a bill at a terminal and confirms it once, all in lines of JSON")
    func payments() async throws {
        try await PhoneTown.tell { town in
            let phone = try await town.switchOn()
            phone.type("bill pay")
            #expect(try await phone.message("no bill is open on this telephone"))
            phone.type("cards")
            #expect(try await phone.message("this telephone has no wallet"))
            phone.type("tag \(town.tagPort)", "246810")
            let order = try await phone.answer("state")
            #expect(order["state"] == "paid" && order["amount"] == 450 && order["merchantName"] == "Quay Cafe")
            phone.type("bill open 30 2000")
            let open = try await phone.answer("limit")
            #expect(open["state"] == "open" && open["limit"] == 2_000)
            for (name, cents) in [("Espresso", "240"), ("Plum cake", "380")] {
                let sold = await town.bench.run([
                    "terminal", "bill", "--air", "\(phone.airPort)", "--till", town.bench.path("cafe.till"),
                    "--description", name, "--amount", cents,
                ])
                #expect(sold.status == 0, "\(sold.everything)")
                #expect(try await phone.answer("message")["message"]?.text.contains("on the bill") == true)
            }
            phone.type("bill pay", "111111")
            #expect(try await phone.message("4 tries remain"))
            phone.type("account")
            #expect(try await phone.answer("balance")["balance"] == 9_550)
            phone.type("bill pay", "246810")
            let paid = try await phone.answer("state")
            #expect(paid["state"] == "settled" && paid["total"] == 620 && paid["items"]?.elements?.count == 2)
            phone.type("account")
            #expect(try await phone.answer("balance")["balance"] == 8_930)
            phone.type("bill pay")
            #expect(try await phone.message("no bill is open on this telephone"))
            phone.type("quit")
            try await phone.switchedOff()
        }
    }

    @Test("wants a payer beside a platform, and a platform beside its user")
    func options() async throws {
        let bench = try Workbench()
        let phone = ["device", "phone", "--card", "a", "--network", "n", "--msi", "1"]
        #expect(await bench.run(phone + ["--platform", "http://127.0.0.1:1"]).status == 2)
        #expect(await bench.run(phone + ["--payer", "p", "--user-credential-file", "u"]).status == 2)
    }
}

/// A central TSM, a payment server and a merchant platform, with a tag in the air, a till, and Ada, who has a telephone.
private final class PhoneTown {
    let bench: Workbench
    let tagPort: UInt16
    private let house: CentralTSMHouse
    private let server: RunningServer
    private let neighbourhood: PaymentNeighbourhood
    private let tag: OnAir

    static func tell(_ body: (PhoneTown) async throws -> Void) async throws {
        let town = try await PhoneTown()
        do {
            try await body(town)
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private init() async throws {
        let bench = try Workbench()
        self.bench = bench
        let logger = Logger(label: "town") { JSONLinesLogHandler(label: $0, logLevel: .critical) }
        house = try CentralTSMHouse(
            folder: bench.path("tsm"), unlock: .keyFile(bench.path("tsm.key")), logger: logger)
        server = try await RunningServer(house.server)
        neighbourhood = try await PaymentNeighbourhood(in: bench.path("payments"), logger: logger)
        let payments = neighbourhood.paymentOperator
        let cafe = try await payments.openAccount(.merchant, "Quay Cafe")
        let merchant = try await neighbourhood.merchantOperator.send(
            Endpoints.registerMerchant,
            .init(
                name: "Quay Cafe", payee: cafe, rewardAccount: neighbourhood.rewardAccount,
                currency: PaymentNeighbourhood.currency, category: "5814"))
        let identifier = try #require(TagIdentifier([4, 1, 2, 3, 4, 5, 6]))
        let made = try await neighbourhood.merchantClient(merchant.secret).send(
            Endpoints.makeTag, .init(tagId: HexBytes(identifier.bytes), label: "Table 4", amount: 450))
        let type4 = InProcessCard(try Type4Tag(identifier: identifier))
        try await Type4TagReader(type4).write(try NDEFMessage(bytes: made.tag.content.bytes))
        tag = try UDPAir(
            type4, controller: NFCController(identifier: try #require(NFCIdentifier(identifier.bytes)))
        ).listen(port: 0)
        tagPort = tag.port
        _ = try bench.write("ada.pin", "246810")
        _ = try bench.write("tsm.credential", try await house.desk.createOperatorCredential(name: "test"))
        let (tsm, pay) = (server.address, neighbourhood.paymentServer.address)
        let operated = ["--server", tsm, "--credential-file", bench.path("tsm.credential")]
        try await Self.done(bench, ["operator", "add", "network", "North"] + operated)
        try await Self.done(
            bench, ["device", "new", bench.path("ada.card"), "--network", "North", "--msi", "491700000001"] + operated)
        let opened = try await Self.done(
            bench,
            [
                "pay", "payer", "open", "--label", "Ada", "--currency", "EUR", "--pin-file", bench.path("ada.pin"),
                "--payer", bench.path("ada.payer"), "--server", pay, "--json",
            ])
        let account = try #require(opened.json()["account"]?.string)
        try await neighbourhood.fund(account, 10_000)
        // It ends the credential that the neighbourhood has had until now.
        _ = try bench.write("pay.credential", try await neighbourhood.payments.makeOperatorCredential())
        try await Self.done(
            bench,
            [
                "pay", "terminal", "make", "cafe-till", "--payee", cafe, "--till", bench.path("cafe.till"),
                "--server", pay, "--credential-file", bench.path("pay.credential"),
            ])
    }

    @discardableResult
    private static func done(_ bench: Workbench, _ arguments: [String]) async throws -> CommandLineRun {
        let run = await bench.run(arguments)
        try #require(run.status == 0, "\(arguments): \(run.everything)")
        return run
    }

    private func close() async {
        tag.stop()
        await tag.stopped()
        await neighbourhood.close()
        await server.stop()
        try? house.close()
    }

    /// Ada's telephone, whose owner types nothing yet.
    func switchOn() async throws -> TypedPhone {
        try await TypedPhone([
            "--card", bench.path("ada.card"), "--network", "North", "--msi", "491700000001",
            "--credential-file", bench.path("ada.card.credential"), "--server", server.address,
            "--payer", bench.path("ada.payer"), "--platform", neighbourhood.merchantServer.address,
            "--without-wallet", "--air", "0", "--json",
        ])
    }
}

/// `seneschal device phone` in this process, with its owner's words and what it says.
private final class TypedPhone {
    let airPort: UInt16
    private let words = TypedLines()
    private var said: AsyncStream<String>.Iterator
    private let running: Task<Void, any Error>

    init(_ arguments: [String]) async throws {
        let (said, line) = AsyncStream<String>.makeStream()
        let words = words
        let console = Console(
            output: { line.yield($0) }, message: { line.yield($0) }, status: nil, ask: nil, line: { words.next() })
        running = Task {
            defer { line.finish() }
            try await Terminal.$console.withValue(console) {
                try await Seneschal.run(["device", "phone"] + arguments)
            }
        }
        var iterator = said.makeAsyncIterator()
        let first = try #require(await iterator.next())
        let port = try #require(first.firstMatch(of: /localhost:([0-9]+)/))
        airPort = try #require(UInt16(port.1))
        self.said = iterator
    }

    func type(_ lines: String...) { for line in lines { words.add(line) } }

    /// The next answer with this member.
    func answer(_ member: String) async throws -> JSONValue {
        while let line = await said.next() {
            if let answer = try? JSONValue(parsing: line.utf8), answer[member] != nil { return answer }
        }
        throw PhoneIsOff()
    }

    /// Whether the next thing that did not work says so.
    func message(_ text: String) async throws -> Bool {
        while let line = await said.next() {
            if line.hasPrefix("phone: ") { return line.contains(text) }
        }
        throw PhoneIsOff()
    }

    func switchedOff() async throws { try await running.value }

    private struct PhoneIsOff: Error {}
}

/// Lines that somebody waits for.
private final class TypedLines: Sendable {
    private let lines = Mutex<[String]>([])
    private let there = DispatchSemaphore(value: 0)

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
        there.signal()
    }

    func next() -> String? {
        there.wait()
        return lines.withLock { $0.removeFirst() }
    }
}
