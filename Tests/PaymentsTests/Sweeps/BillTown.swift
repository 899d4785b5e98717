import ISO4217
import ISO7816
import Instructions
import MobileDevice
import Synchronization
import Terminal
import Testing

@testable import Payments

/// Ada's device, the sellers' terminals and a payment server that dies, with everything between them that can be cut.
final class BillTown: Sendable {
    let bills: BillBench
    let scissors: StoreScissors
    let service: MortalBillService
    let collector: BillCollector
    private let emulation: HostCardEmulation
    private let sequences: [String: CutSequence]
    private let kind: BillStory.Kind
    private let patience = Mutex(true)

    init(_ story: BillStory, holding amount: Int64) async throws {
        scissors = StoreScissors()
        bills = try await BillBench(.mortal(inFile: story.isInFile, scissors), holding: amount)
        kind = story.kind
        service = MortalBillService(bills: bills, line: CutLine(scissors: scissors))
        emulation = HostCardEmulation(NoSecureElement())
        collector = BillCollector(
            service, emulation: emulation,
            key: PayerKey(account: bills.ada.id.rawValue, server: "harbour-pay", key: bills.ada.key))
        sequences = Dictionary(
            uniqueKeysWithValues: BillBench.terminals.map { [scissors] in ($0, CutSequence(scissors)) })
        scissors.set(story.cuts)
    }

    var now: Int64 { bills.now }

    /// Without patience what fails is not tried again.
    var isPatient: Bool {
        get { patience.withLock { $0 } }
        set { patience.withLock { $0 = newValue } }
    }

    /// Does again what got no answer, as devices and terminals do.
    func insisting<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        for _ in 0..<5 where isPatient {
            do { return try await work() } catch  where isPassing(error) { continue }
        }
        return try await work()
    }

    // MARK: - What the device does

    func open() async throws -> ActiveBill {
        try await insisting { try await collector.open(periodSeconds: 600, limit: nil, requestKey: "open") }
    }

    func deliver() async throws -> [ItemDelivery] { try await insisting { try await collector.deliver() } }

    func confirm(_ shown: BillToVerify) async throws -> MobileDevice.BillSettlement {
        try await insisting {
            try await collector.confirm(
                shown, userVerified: kind != .byPIN, pin: kind == .byPIN ? "246810" : nil, at: now)
        }
    }

    // MARK: - What terminals do

    func terminal(_ name: String) throws -> BillTerminal {
        BillTerminal(
            name: name, paymentServer: "harbour-pay", seller: bills.seller(of: name).rawValue,
            key: try present(bills.keys[name]), sequence: try present(sequences[name]))
    }

    /// An item is signed, and handed over until the device says that it has it; meanwhile the device delivers.
    func sell(_ amount: Int64, at name: String) async throws -> SignedItem {
        let (terminal, field) = (try terminal(name), CutField(channel: emulation, scissors: scissors))
        let sale = Sale("Bread", Money(minorUnits: amount, currency: PaymentBench.euro))
        let item = try await insisting { try await terminal.sign(sale, for: field, at: now) }
        try await insisting {
            do {
                try await terminal.hand(item, to: field)
            } catch {
                if isPatient { _ = try await deliver() }
                throw error
            }
        }
        return item
    }

    // MARK: - What happens to the server

    /// The period of the bill is over, and upkeep writes it down.
    func endPeriod() async throws {
        bills.bench.clock.advance(600)
        _ = try await insisting { try await service.desk.settleOverdue() }
    }

    func deposit(_ amount: Int64) async throws {
        _ = try await insisting {
            try await OperatorDesk(bills.bench.started()).fund(
                bills.ada.id, Money(minorUnits: amount, currency: PaymentBench.euro), from: bills.bench.bank.id,
                reference: "cash desk", .bench("deposit"))
        }
    }

    /// The payer's last word where the device has none any more.
    func giveUp() async throws {
        let desk = try service.desk
        for bill in try await desk.bills(of: bills.ada.id, limit: 9) where !bill.state.isFinal {
            #expect(try await desk.cancel(bill.id, by: bills.ada.id).state == .cancelled)
        }
    }

    // MARK: - What must be true

    func expectSettledOnce(of funds: Int64, place: Comment) async throws {
        let store = bills.bench.store
        let all = try await service.desk.bills(of: bills.ada.id, limit: 9)
        #expect(all.map(\.state) == [.settled], place)
        #expect(all.first?.items.count == 3 && all.first?.removed.count == 1, place)
        #expect(try await bills.balances() == [funds - 1_450, 750, 700], place)
        let shares = try await store.transfers(of: bills.ada.id, before: nil, limit: 99).filter {
            $0.transfer.code == .billShare
        }
        #expect(shares.count == 2, place)
        #expect(try await store.auditEntries(limit: 999).count { $0.action == "bill settled" } == 1, place)
        #expect(try await PayerDesk(bills.bench.started()).payer(bills.ada.id).payer.tries == .none, place)
        try await ReadLedger(store).expectSumsOfTheJournal()
    }

    func expectAllOrNothing(of funds: Int64, place: Comment) async throws {
        let states = try await service.desk.bills(of: bills.ada.id, limit: 9).map(\.state)
        if states == [.settled] { return try await expectSettledOnce(of: funds, place: place) }
        #expect(states.allSatisfy { $0 == .cancelled } && states.count <= 1, place)
        #expect(try await bills.balances() == [funds, 0, 0], place)
        try await ReadLedger(bills.bench.store).expectSumsOfTheJournal()
    }
}

/// A device whose secure element has no applications.
struct NoSecureElement: CardChannel {
    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU { ResponseAPDU(.fileNotFound) }
    func reset() async throws(CardUnreachable) {}
}
