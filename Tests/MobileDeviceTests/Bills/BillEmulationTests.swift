import CardCryptography
import ISO4217
import ISO7816
import Instructions
import JOSE
import Synchronization
import Testing

@testable import MobileDevice

private let sellerKey = NamedPrivateKey(name: "bakery-1", privateKey: .generate(.p256))

private func signedItem(_ bill: OpenBill, sequence: Int64 = 1, amount: Int64 = 320) throws -> String {
    try BillItem(
        iss: "bakery-1", aud: "harbour-pay", jti: "bakery-1-\(sequence)", iat: 1_000, exp: 1_900, bill: bill.bill,
        sequence: sequence, seller: "acc_1", description: "Bread", amount: amount, currency: bill.currency
    ).signed(with: sellerKey)
}

private func openBill(_ name: String = "bill_1") throws -> OpenBill {
    let euro = try #require(Currency("EUR"))
    return try #require(OpenBill(bill: name, currency: euro))
}

@Suite("A device shows its bill to terminals")
struct BillEmulationTests {
    private func emulation() throws -> BillEmulation {
        var emulation = BillEmulation()
        emulation.show(try openBill())
        return emulation
    }

    private func answer(_ emulation: inout BillEmulation, _ hex: String) throws -> String {
        emulation.process(try CommandAPDU(hex: hex)).bytes.hex
    }

    @Test(
        "VBILL-02 SELECT names the open bill; a signed item comes in chained PUT DATA and is acknowledged by its hash")
    func exchange() throws {
        var emulation = try emulation()
        let bill = try openBill()
        #expect(emulation.process(BillCommand.select).data == BillCommand.selection(bill))
        #expect(OpenBill(selection: BillCommand.selection(bill)) == bill)
        let item = try signedItem(bill)
        let commands = BillCommand.putItem(item)
        for command in commands.dropLast() { #expect(emulation.process(command).bytes.hex == "9000") }
        let last = emulation.process(try #require(commands.last))
        #expect(last.data == BillCommand.receipt(of: Array(item.utf8)) && last.statusWord == .success)
        #expect(emulation.items == [item])
        // The terminal has lost the answer.
        for command in commands { #expect(emulation.process(command).statusWord == .success) }
        #expect(emulation.items == [item])
        emulation.discard(item)
        #expect(emulation.items.isEmpty)
    }

    @Test("VBILL-07 an item of another bill, of another currency or none at all is refused")
    func otherItems() throws {
        var emulation = try emulation()
        _ = emulation.process(BillCommand.select)
        let yen = try #require(Currency("JPY"))
        let inYen = try #require(OpenBill(bill: "bill_1", currency: yen))
        for text in try [signedItem(openBill("bill_2")), signedItem(inYen), "a.b.c", "no item"] {
            let answers = BillCommand.putItem(text).map { emulation.process($0).statusWord }
            #expect(answers.last == .incorrectData)
        }
        #expect(emulation.items.isEmpty)
    }

    @Test("commands out of turn have their status words, and drop the parts of an item")
    func outOfTurn() throws {
        var emulation = try emulation()
        #expect(try answer(&emulation, "80DADF3401AA00") == "6985", "nothing is selected")
        _ = emulation.process(BillCommand.select)
        for (command, status) in [
            ("80DADF3501AA00", "6A86"), ("80DADF3400", "6700"), ("00DADF3401AA00", "6E00"), ("80CADF3200", "6D00"),
            ("00A404000FF053454E45534348414C42494C4C01", "6A82"), ("80DADF3401AA00", "6985"),
            ("00A4040C0EF053454E45534348414C42494C4C", "6A86"),
        ] {
            #expect(try answer(&emulation, command) == status, "\(command)")
        }
        _ = emulation.process(BillCommand.select)
        let commands = try BillCommand.putItem(signedItem(openBill()))
        _ = emulation.process(commands[0])
        _ = emulation.process(BillCommand.select)
        for command in commands.dropFirst().dropLast() { _ = emulation.process(command) }
        #expect(emulation.process(try #require(commands.last)).statusWord == .incorrectData, "its beginning is gone")
        emulation.show(nil)
        #expect(emulation.process(BillCommand.select).statusWord == .conditionsOfUseNotSatisfied)
    }

    @Test("an item of 4096 bytes is taken as far as its length goes, one more byte is too long; 32 items wait at most")
    func bounds() throws {
        var emulation = try emulation()
        _ = emulation.process(BillCommand.select)
        let longest = String(repeating: "x", count: 4_096)
        #expect(BillCommand.putItem(longest).map { emulation.process($0).statusWord }.last == .incorrectData)
        #expect(BillCommand.putItem(longest + "x").map { emulation.process($0).statusWord }.last == .notEnoughMemory)
        for sequence in 1...32 {
            let item = try signedItem(openBill(), sequence: Int64(sequence))
            #expect(BillCommand.putItem(item).map { emulation.process($0).statusWord }.last == .success)
        }
        let next = BillCommand.putItem(try signedItem(openBill(), sequence: 33))
        #expect(next.map { emulation.process($0).statusWord }.last == .notEnoughMemory)
        emulation.discard(emulation.items[0])
        #expect(next.map { emulation.process($0).statusWord }.last == .success)
        #expect(emulation.items.count == 32)
    }

    @Test("the exchange goes over ISO-DEP frames of the NFC controller, item and all")
    func frames() throws {
        var emulation = try emulation()
        var controller = NFCController(identifier: .double([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]))
        func exchange(_ frame: [UInt8]) -> [UInt8]? {
            var pending = controller.received(frame)
            while let action = pending.first {
                pending.removeFirst()
                switch action {
                case .send(let answer): return answer
                case .execute(let command, let number):
                    pending += controller.responded(emulation.process(command), to: number)
                case .reset: emulation.lostField()
                }
            }
            return nil
        }
        var activation = CardActivation()
        var step = activation.received(exchange(activation.first) ?? [])
        while case .send(let frame) = step { step = activation.received(exchange(frame) ?? []) }
        guard case .activated = step else {
            Issue.record("\(step)")
            return
        }
        var number: UInt8 = 0
        func transmit(_ command: CommandAPDU) throws -> ResponseAPDU {
            defer { number ^= 1 }
            // One block each way: commands and answers fit into frames of 256 bytes.
            let answer = try #require(exchange([0x02 | number] + command.bytes))
            return try ResponseAPDU(bytes: Array(answer.dropFirst()))
        }
        let bill = try #require(OpenBill(selection: transmit(BillCommand.select).data))
        let item = try signedItem(bill)
        let short = CommandChaining.split(
            CommandAPDU(0x80, 0xDA, 0xDF, 0x34, data: Array(item.utf8), expectedLength: 256), blockLength: 200)
        let answers = try short.map { try transmit($0) }
        #expect(answers.last?.data == BillCommand.receipt(of: Array(item.utf8)))
        #expect(emulation.items == [item])
    }
}

/// A secure element that remembers what reached it.
private final class RecordingElement: CardChannel, Sendable {
    private let commands = Mutex<[CommandAPDU]>([])

    var received: [CommandAPDU] { commands.withLock { $0 } }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        commands.withLock { $0.append(command) }
        return ResponseAPDU(.fileNotFound)
    }

    func reset() async throws(CardUnreachable) {}
}

/// A payment server as the device sees it.
private final class BillServer: BillService, Sendable {
    struct State {
        var items: [String] = []
        var isOut = false
        var list: ItemizedBill?
        var confirmation: PayerConfirmation?
        /// Before an item is answered.
        var meanwhile: (@Sendable () async -> Void)?
    }

    let state = Mutex(State())
    let euro: Currency

    init() throws { euro = try #require(Currency("EUR")) }

    func openBill(periodSeconds: Int64, limit: Money?, requestKey: String) async throws(BillServiceError) -> ActiveBill
    {
        ActiveBill(bill: "bill_1", currency: euro, startsAt: 1_000, endsAt: 1_000 + periodSeconds)
    }

    func deliver(_ item: String, to bill: String) async throws(BillServiceError) {
        await state.withLock { $0.meanwhile }?()
        let isOut = state.withLock { state in
            if !state.isOut { state.items.append(item) }
            return state.isOut
        }
        if isOut { throw .unsettled(detail: "no answer") }
    }

    func closeBill(_ bill: String, requestKey: String) async throws(BillServiceError) -> BillToVerify {
        guard let list = state.withLock({ $0.list }) else { throw .refused(code: "conflict", detail: "empty") }
        return BillToVerify(list: list, digest: list.digest, challenge: "c-1", payableUntil: 5_000)
    }

    func confirmBill(
        _ bill: String, confirmation: String, pin: String?
    ) async throws(BillServiceError) -> BillSettlement { .settled([]) }
}

@Suite("A device collects a bill and confirms it once")
struct BillCollectorTests {
    private let key = NamedPrivateKey(name: "device-1", privateKey: .generate(.p256))

    @Test(
        "what terminals hand over reaches the server; what does not is tried again; the secure element sees none of it")
    func delivery() async throws {
        let (element, server) = (RecordingElement(), try BillServer())
        let emulation = HostCardEmulation(element)
        let collector = BillCollector(
            server, emulation: emulation, key: PayerKey(account: "acc_1", server: "harbour-pay", key: key))
        _ = try await collector.open(periodSeconds: 600, limit: nil, requestKey: "1")
        let item = try signedItem(openBill())
        for command in [BillCommand.select] + BillCommand.putItem(item) {
            #expect(try await emulation.transmit(command).statusWord == .success)
        }
        #expect(element.received.isEmpty)
        let select = try CommandAPDU(hex: "00A4040007A000000003101000")
        #expect(try await emulation.transmit(select).statusWord == .fileNotFound)
        #expect(try await emulation.transmit(BillCommand.putItem(item)[0]).statusWord == .fileNotFound)
        #expect(element.received.count == 2, "routing has gone to the secure element")
        server.state.withLock { $0.isOut = true }
        await #expect(throws: BillCollectorError.service(.unsettled(detail: "no answer"))) {
            try await collector.deliver()
        }
        server.state.withLock { $0.isOut = false }
        #expect(try await collector.deliver().map(\.refusal) == [nil])
        #expect(server.state.withLock { $0.items } == [item])
        #expect(try await collector.deliver().isEmpty)
    }

    @Test("delivers items as they come, asks again where no answer came, and ends with the bill")
    func asItComes() async throws {
        let server = try BillServer()
        let emulation = HostCardEmulation(RecordingElement())
        let collector = BillCollector(
            server, emulation: emulation, key: PayerKey(account: "acc_1", server: "harbour-pay", key: key))
        _ = try await collector.open(periodSeconds: 600, limit: nil, requestKey: "1")
        let item = try signedItem(openBill())
        for command in [BillCommand.select] + BillCommand.putItem(item) { _ = try await emulation.transmit(command) }
        server.state.withLock { $0.isOut = true }
        let looks = Mutex(0)
        let clock = AgentClock(
            elapsed: { .zero },
            pause: { _ in
                let count = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                server.state.withLock { $0.isOut = false }
                if count == 3 { await collector.forget() }
            })
        let told = Mutex<[ItemDelivery]>([])
        await collector.deliverAsItComes(clock: clock) { delivery in told.withLock { $0.append(delivery) } }
        #expect(told.withLock { $0.map(\.refusal) } == [nil] && looks.withLock { $0 } == 3)
        #expect(server.state.withLock { $0.items } == [item])
        #expect(try await emulation.transmit(BillCommand.select).statusWord == .conditionsOfUseNotSatisfied)
        await #expect(throws: BillCollectorError.noBill) { try await collector.deliver() }
    }

    @Test("32 items wait at most, those on their way to the server among them")
    func boundWhileDelivering() async throws {
        let server = try BillServer()
        let emulation = HostCardEmulation(RecordingElement())
        let collector = BillCollector(
            server, emulation: emulation, key: PayerKey(account: "acc_1", server: "harbour-pay", key: key))
        _ = try await collector.open(periodSeconds: 600, limit: nil, requestKey: "1")
        _ = try await emulation.transmit(BillCommand.select)
        let items = try (1...33).map { try signedItem(openBill(), sequence: $0) }
        @Sendable func hand(_ item: String) async throws -> StatusWord {
            var status = StatusWord.success
            for command in BillCommand.putItem(item) { status = try await emulation.transmit(command).statusWord }
            return status
        }
        for item in items.dropLast() { #expect(try await hand(item) == .success) }
        let answers = Mutex<[StatusWord?]>([])
        server.state.withLock { state in
            state.isOut = true
            state.meanwhile = {
                let answer = try? await hand(items[32])
                answers.withLock { $0.append(answer) }
            }
        }
        await #expect(throws: BillCollectorError.service(.unsettled(detail: "no answer"))) {
            try await collector.deliver()
        }
        #expect(answers.withLock { $0 } == [.notEnoughMemory])
        server.state.withLock { state in
            state.isOut = false
            state.meanwhile = nil
        }
        #expect(try await collector.deliver().count == 32)
        #expect(server.state.withLock { $0.items } == Array(items.dropLast()), "in the order in which they came")
    }

    @Test("VBILL-06 a list with an item that the device has not seen, or another value, is not confirmed")
    func otherList() async throws {
        let server = try BillServer()
        let emulation = HostCardEmulation(RecordingElement())
        let collector = BillCollector(
            server, emulation: emulation, key: PayerKey(account: "acc_1", server: "harbour-pay", key: key))
        _ = try await collector.open(periodSeconds: 600, limit: nil, requestKey: "1")
        let item = try signedItem(openBill())
        for command in [BillCommand.select] + BillCommand.putItem(item) { _ = try await emulation.transmit(command) }
        _ = try await collector.deliver()
        let seen = try #require(SignedBillItem(bytes: Array(item.utf8)))
        var dearer = ItemizedBill.Item(seen.claims)
        dearer.amount += 1
        var foreign = ItemizedBill.Item(seen.claims)
        foreign.sequence = 9
        for items in [[dearer], [ItemizedBill.Item(seen.claims), foreign]] {
            let list = try ItemizedBill(bill: "bill_1", currency: server.euro, items: items)
            server.state.withLock { $0.list = list }
            await #expect(throws: BillCollectorError.differs("items")) { try await collector.close(requestKey: "2") }
        }
        let list = try ItemizedBill(bill: "bill_1", currency: server.euro, items: [ItemizedBill.Item(seen.claims)])
        server.state.withLock { $0.list = list }
        let shown = try await collector.close(requestKey: "2")
        #expect(shown.list.total == 320)
        #expect(try await collector.confirm(shown, userVerified: true, pin: nil, at: 1_100) == .settled([]))
        #expect(try await emulation.transmit(BillCommand.select).statusWord == .conditionsOfUseNotSatisfied)
    }
}
