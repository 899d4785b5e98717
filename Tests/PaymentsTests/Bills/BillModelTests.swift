import ISO4217
import Instructions
import Testing

@testable import Payments

/// A bill in plain words: what is on it, and whether it can still change.
private struct PlainBill {
    var items: [Int64: (amount: Int64, terminal: String)] = [:]
    var isOpen = true
    var isOver = false
    var failures = 0

    func sum(_ prefix: String) -> Int64 {
        items.values.filter { $0.terminal.hasPrefix(prefix) }.reduce(0) { $0 + $1.amount }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

@Suite("Random bills beside a plain model")
struct BillModelTests {
    @Test("VBILL-03 VBILL-04 what sellers get is the sum of the items on the bills that were confirmed, once")
    func random() async throws {
        let seed: UInt64 = 20_261_127
        var random = SplitMix(state: seed)
        let bench = try await BillBench(.make(), holding: 60_000)
        var (bakers, florists, settledBills, refusedFunds) = (Int64(0), Int64(0), 0, 0)
        for number in 0..<60 {
            let bill = try await bench.open(seconds: 600, "bill \(number)")
            var plain = PlainBill()
            var verification: BillVerification?
            var delivered: [(sequence: Int64, statement: String, soldAt: Int64, terminal: String)] = []
            for _ in 0..<Int.random(in: 3...18, using: &random) {
                switch Int.random(in: 0..<12, using: &random) {
                case 0..<6:
                    let terminal = BillBench.terminals.randomElement(using: &random) ?? "bakery-1"
                    let (amount, sequence) = (Int64.random(in: 1...900, using: &random), bench.nextSequence())
                    let item = try bench.item(bill, amount, at: terminal, sequence: sequence)
                    let refused = await refusal { try await bench.desk.add(item, to: bill.id, by: bench.ada.id) }
                    #expect((refused == nil) == plain.isOpen, "seed \(seed), bill \(number)")
                    guard refused == nil else { break }
                    plain.items[sequence] = (amount, terminal)
                    delivered.append((sequence, item, bench.now, terminal))
                case 6:
                    guard let again = delivered.randomElement(using: &random) else { break }
                    let refused = await refusal {
                        try await bench.desk.add(again.statement, to: bill.id, by: bench.ada.id)
                    }
                    let isRead = bench.now < again.soldAt + BillItem.lifetimeSecondsMax
                    #expect((refused == nil) == (isRead && plain.items[again.sequence] != nil))
                case 7:
                    guard let off = delivered.randomElement(using: &random) else { break }
                    let statement = try bench.removal(bill, off.sequence, at: off.terminal)
                    let refused = await refusal { try await bench.desk.remove(statement) }
                    let wasOn = plain.items[off.sequence] != nil
                    #expect((refused == nil) == (plain.isOpen || !wasOn))
                    if refused == nil { plain.items[off.sequence] = nil }
                case 8:
                    bench.bench.clock.advance(Int64.random(in: 1...400, using: &random))
                    if bench.now >= bill.endsAt { plain.isOpen = false }
                    if bench.now >= (plain.items.isEmpty ? bill.endsAt : bill.payableUntil) { plain.isOver = true }
                case 9:
                    let asked = await refusal { verification = try await bench.desk.close(bill.id, by: bench.ada.id) }
                    let isPossible = !plain.isOver && !plain.items.isEmpty && plain.failures < Bill.failuresMax
                    #expect((asked == nil) == isPossible, "seed \(seed), bill \(number)")
                    if asked == nil { plain.isOpen = false }
                case 10:
                    _ = try await bench.desk.settleOverdue()
                default:
                    guard let shown = verification, !plain.isOver else { break }
                    let wrong = try bench.confirmation(of: shown) { $0.amount += 1 }
                    let refused = await refusal {
                        try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: wrong, pin: nil)
                    }
                    #expect(refused != nil)
                    plain.failures += 1
                }
            }
            let asked = await refusal { verification = try await bench.desk.close(bill.id, by: bench.ada.id) }
            if asked == nil, let shown = verification {
                #expect(shown.list.total == plain.items.values.reduce(0) { $0 + $1.amount })
                let outcome = await refusal { () async throws -> Void in
                    let settlement = try await bench.confirm(bill, shown)
                    if settlement == .insufficientFunds {
                        refusedFunds += 1
                    } else {
                        settledBills += 1
                        bakers += plain.sum("bakery")
                        florists += plain.sum("flowers")
                    }
                }
                #expect(outcome == nil || outcome == .conflict(reason: "the bill is failed"))
            }
            _ = await refusal { try await bench.desk.cancel(bill.id, by: bench.ada.id) }
            #expect(
                try await bench.balances() == [60_000 - bakers - florists, bakers, florists],
                "seed \(seed), bill \(number)")
        }
        #expect(settledBills > 15, "\(settledBills) settled, \(refusedFunds) without funds")
        #expect(try await bench.bench.store.ledgerSnapshot().totals.values.allSatisfy { $0.isBalanced })
    }
}
