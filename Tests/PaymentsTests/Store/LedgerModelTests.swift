import ISO4217
import Storage
import Testing

@testable import Payments

/// A ledger of thirty lines that knows nothing of ours: balances in a dictionary, reservations in another.
private struct PlainLedger {
    var balances: [AccountID: Int] = [:]
    var held: [AccountID: Int] = [:]
    var reservations: [TransferID: (Transfer, open: Bool)] = [:]
    var done: [TransferID: Transfer] = [:]
    let unbounded: Set<AccountID>

    /// Whether it happens, or has happened.
    mutating func apply(_ transfer: Transfer) -> Bool {
        if let known = done[transfer.id] { return known == transfer }
        let amount = Int(transfer.amount)
        let free = balances[transfer.debit, default: 0] - held[transfer.debit, default: 0]
        switch transfer.phase {
        case .posted:
            guard amount > 0, unbounded.contains(transfer.debit) || free >= amount else { return false }
            move(transfer, amount)
        case .pending:
            guard amount > 0, unbounded.contains(transfer.debit) || free >= amount else { return false }
            held[transfer.debit, default: 0] += amount
            reservations[transfer.id] = (transfer, true)
        case .post(let id), .void(let id):
            guard amount > 0, let (first, open) = reservations[id], open, first.debit == transfer.debit,
                first.credit == transfer.credit
            else { return false }
            var isPost = true
            if case .void = transfer.phase { isPost = false }
            guard isPost ? transfer.amount <= first.amount : transfer.amount == first.amount else { return false }
            held[transfer.debit, default: 0] -= Int(first.amount)
            reservations[id] = (first, false)
            if isPost { move(transfer, amount) }
        }
        done[transfer.id] = transfer
        return true
    }

    private mutating func move(_ transfer: Transfer, _ amount: Int) {
        balances[transfer.debit, default: 0] -= amount
        balances[transfer.credit, default: 0] += amount
    }
}

@Suite("The ledger against a plain one")
struct LedgerModelTests {
    @Test(
        "decides alike about thousands of random transfers, repeated ones and chains among them",
        arguments: [1, 2, 3, 4] as [UInt64])
    func agreement(_ seed: UInt64) async throws {
        var random = SeededNumbers(seed: seed)
        let store = try SQLitePaymentStore.inMemory()
        let payers = (1...5).map { LedgerBench.account($0, .payer) }
        let accounts = payers + [LedgerBench.account(9, .equity, overdraft: .unbounded)]
        try await store.commit(accounts.map { .openAccount($0) })
        var plain = PlainLedger(unbounded: [accounts[5].id])
        var past: [Transfer] = []
        var accepted = 0
        for step in 0..<1_500 {
            let chain = Self.chain(&random, accounts, past, step)
            var attempt = plain
            let happens = chain.allSatisfy { attempt.apply($0) }
            if happens { plain = attempt }
            let results = try await store.record(chain, at: Int64(step))
            #expect(
                results.allSatisfy { $0.refusal == nil } == happens, "seed \(seed), step \(step): \(chain) \(results)")
            if happens { accepted += 1 }
            past += chain
        }
        #expect(accepted > 300)
        for account in try await store.ledgerSnapshot().accounts {
            #expect(Int(account.balance.minorUnits) == plain.balances[account.id, default: 0], "seed \(seed)")
            #expect(Int(account.debitsPending) == plain.held[account.id, default: 0], "seed \(seed)")
            if account.kind == .payer { #expect(account.available ?? -1 >= 0) }
        }
        try await ReadLedger(store).expectSumsOfTheJournal()
    }

    private static func chain(
        _ random: inout SeededNumbers, _ accounts: [LedgerAccount], _ past: [Transfer], _ step: Int
    ) -> [Transfer] {
        if !past.isEmpty, random.below(10) == 0 {
            // Again as it was, but for the link that a chain of one does not have.
            return [past[random.below(past.count)].alone]
        }
        let count = 1 + random.below(3)
        return (0..<count).map { place in
            let transfer = Self.transfer(&random, accounts, past, UInt128(step * 10 + place + 1))
            return place == count - 1 ? transfer : transfer.linked
        }
    }

    private static func transfer(
        _ random: inout SeededNumbers, _ accounts: [LedgerAccount], _ past: [Transfer], _ name: UInt128
    ) -> Transfer {
        let reserved = past.filter { if case .pending = $0.phase { true } else { false } }
        if let first = reserved.isEmpty ? nil : reserved[random.below(reserved.count)], random.below(3) == 0 {
            let amount = random.below(3) == 0 ? max(1, first.amount / 2) : first.amount
            return Transfer(
                id: TransferID(name), debit: first.debit, credit: first.credit, amount: amount,
                currency: first.currency,
                code: first.code, phase: random.below(2) == 0 ? .post(first.id) : .void(first.id))
        }
        // The account without bound feeds the others now and then.
        let debit = random.below(3) == 0 ? accounts.count - 1 : random.below(accounts.count)
        let credit = (debit + 1 + random.below(accounts.count - 1)) % accounts.count
        return LedgerBench.transfer(
            name, accounts[debit], accounts[credit], Int64(random.below(200)),
            random.below(4) == 0 ? .pending(timeoutSeconds: nil) : .posted)
    }
}

extension Transfer {
    fileprivate var alone: Transfer { with(isLinked: false) }
    fileprivate var linked: Transfer { with(isLinked: true) }

    private func with(isLinked: Bool) -> Transfer {
        Transfer(
            id: id, debit: debit, credit: credit, amount: amount, currency: currency, code: code, phase: phase,
            isLinked: isLinked, reference: reference)
    }
}

/// Numbers that follow from a seed (xorshift64*).
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func below(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}
