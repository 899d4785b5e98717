import CardCryptography
import ISO4217
import ISO7816
import Instructions
import JOSE
import Synchronization
import Testing

@testable import Terminal

/// A device that shows a bill and remembers what it was sent.
private final class DeviceWithBill: CardChannel, Sendable {
    private struct State {
        var commands: [CommandAPDU] = []
        var parts: [UInt8] = []
        var left: Int
    }

    private let bill: OpenBill?
    private let state: Mutex<State>

    init(_ bill: OpenBill?, commands: Int = .max) {
        self.bill = bill
        state = Mutex(State(left: commands))
    }

    var commands: [CommandAPDU] { state.withLock { $0.commands } }
    var item: String { String(decoding: state.withLock { $0.parts }, as: UTF8.self) }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let answer: ResponseAPDU? = state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            state.commands.append(command)
            switch command.instruction {
            case 0xA4:
                state.parts = []
                return bill.map { ResponseAPDU(.success, data: BillCommand.selection($0)) }
                    ?? ResponseAPDU(.conditionsOfUseNotSatisfied)
            default:
                state.parts += command.data
                return ResponseAPDU(
                    .success,
                    data: command.classByte.rawValue == 0x80 ? BillCommand.receipt(of: state.parts) : [])
            }
        }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "out of the field") }
        return answer
    }

    func reset() async throws(CardUnreachable) {}
}

private final class CountedSequence: ItemSequence {
    private let last = Atomic<Int64>(0)

    func next() async throws(ItemSequenceError) -> Int64 { last.add(1, ordering: .relaxed).newValue }
}

@Suite("A seller's terminal puts sales on a bill")
struct BillTerminalTests {
    private let key = NamedPrivateKey(name: "bakery-1", privateKey: .generate(.p256))
    private let bill: OpenBill
    private let sale: Sale
    private let terminal: BillTerminal

    init() throws {
        let euro = try #require(Currency("EUR"))
        bill = try #require(OpenBill(bill: "bill_0123456789abcdef0123456789abcdef", currency: euro))
        sale = Sale("Bread", Money(minorUnits: 320, currency: euro))
        terminal = BillTerminal(
            name: "bakery-1", paymentServer: "harbour-pay", seller: "acc_1", key: key, sequence: CountedSequence())
    }

    private func read<Claims: Statement>(_ compact: String, as: Claims.Type) throws -> Claims {
        try StatementReader(audience: "harbour-pay", now: 1_000).read(compact) { name in
            name == "bakery-1" ? ("bakery-1", key.privateKey.publicKey) : nil
        }
    }

    @Test(
        "VBILL-02 it learns the bill by SELECT, signs the item with the next number and hands it over in chained APDUs")
    func handOver() async throws {
        let device = DeviceWithBill(bill)
        let item = try await terminal.sign(sale, for: device, at: 1_000)
        try await terminal.hand(item, to: device)
        #expect(device.item == item.compact)
        let puts = device.commands.filter { $0.instruction == 0xDA }
        #expect(puts.count > 1 && puts.dropLast().allSatisfy { $0.header.hex == "90DADF34" && $0.data.count == 255 })
        #expect(puts.last?.header.hex == "80DADF34")
        let claims = try read(item.compact, as: BillItem.self)
        #expect(claims.bill == bill.bill && claims.sequence == 1 && claims.amount == 320 && claims.seller == "acc_1")
        #expect(try await terminal.sign(sale, for: device, at: 1_000).sequence == 2)
        let removal = try read(terminal.signRemoval(of: item, at: 1_000), as: BillItemRemoval.self)
        #expect(removal.sequence == 1 && removal.bill == bill.bill)
    }

    @Test("an item whose hand-over is torn is handed over again as it is", arguments: 1...3)
    func torn(after commands: Int) async throws {
        let item = try await terminal.sign(sale, for: bill, at: 1_000)
        await #expect(throws: BillTerminalError.self) {
            try await terminal.hand(item, to: DeviceWithBill(bill, commands: commands - 1))
        }
        let device = DeviceWithBill(bill)
        try await terminal.hand(item, to: device)
        #expect(device.item == item.compact)
    }

    @Test("VBILL-07 without a bill, for another bill or for a sale that cannot be, nothing is signed or handed over")
    func refused() async throws {
        await #expect(throws: BillTerminalError.noOpenBill) {
            try await terminal.sign(sale, for: DeviceWithBill(nil), at: 1_000)
        }
        let item = try await terminal.sign(sale, for: bill, at: 1_000)
        let other = try #require(OpenBill(bill: "bill_other", currency: bill.currency))
        let device = DeviceWithBill(other)
        await #expect(throws: BillTerminalError.otherBill) { try await terminal.hand(item, to: device) }
        #expect(device.commands.count == 1)
        let yen = try #require(Currency("JPY"))
        for sale in [
            Sale("", Money(minorUnits: 1, currency: bill.currency)),
            Sale(String(repeating: "x", count: 129), Money(minorUnits: 1, currency: bill.currency)),
            Sale("Bread", Money(minorUnits: 0, currency: bill.currency)),
            Sale("Bread", Money(minorUnits: 1, currency: yen)),
        ] {
            await #expect(throws: BillTerminalError.sale) { try await terminal.sign(sale, for: bill, at: 1_000) }
        }
        #expect(try await terminal.sign(sale, for: bill, at: 1_000).sequence == 2, "a refused sale uses no number")
    }
}
