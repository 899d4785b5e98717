import ISO4217
import Storage
import Testing

@testable import Payments

@Suite("Many who move money at once")
struct BankTests {
    @Test("keep the total at every snapshot, and no account that may not goes below zero")
    func total() async throws {
        let folder = try BenchFolder()
        let store = try SQLitePaymentStore(path: folder.file("bank.db"))
        let payers = (1...6).map { LedgerBench.account($0, .payer) }
        let clerk = LedgerBench.account(99, .issuerSettlement, overdraft: .unbounded)
        try await store.commit((payers + [clerk]).map { .openAccount($0) })
        let funding = payers.enumerated().map {
            LedgerBench.transfer(UInt128($0.offset + 1), clerk, $0.element, 500, code: .funding)
        }
        try await store.commit([.transfers(funding, at: 1)])
        let snapshots = try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<8 {
                group.addTask {
                    try await Self.move(client, payers, in: store)
                    return 0
                }
            }
            group.addTask {
                var count = 0
                while !Task.isCancelled, count < 400 {
                    let snapshot = try await store.ledgerSnapshot()
                    let held = snapshot.accounts.filter { $0.kind == .payer }
                    #expect(held.reduce(0) { $0 + $1.balance.minorUnits } == 3_000)
                    #expect(held.allSatisfy { ($0.available ?? 0) >= 0 })
                    #expect(snapshot.isBalanced)
                    count += 1
                    await Task.yield()
                }
                return count
            }
            return try await group.reduce(0, +)
        }
        #expect(snapshots == 400)
        let ledger = try await ReadLedger(store)
        ledger.expectSumsOfTheJournal()
        #expect(ledger.transfers.count > 100)
    }

    private static func move(_ client: Int, _ payers: [LedgerAccount], in store: SQLitePaymentStore) async throws {
        var random = SeededNumbers(seed: UInt64(client + 1))
        for step in 0..<60 {
            let debit = random.below(payers.count)
            let credit = (debit + 1 + random.below(payers.count - 1)) % payers.count
            let transfer = LedgerBench.transfer(
                UInt128(1_000 + client * 1_000 + step), payers[debit], payers[credit], Int64(1 + random.below(300)))
            do {
                try await store.commit([.transfers([transfer], at: 2)])
            } catch {
                #expect(error.refusal == .exceedsCredits(payers[debit].id))
            }
        }
    }
}
