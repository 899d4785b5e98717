import ISO4217
import Instructions
import Storage
import Testing

@testable import Payments

@Suite("The payment server's store")
struct LedgerStoreTests {
    private typealias Bench = LedgerBench

    enum Place: CaseIterable, Sendable { case memory, file }

    /// A ledger in which Ada holds 100.00.
    private func store(_ place: Place) async throws -> (SQLitePaymentStore, BenchFolder) {
        let folder = try BenchFolder()
        let store = try place == .file ? SQLitePaymentStore(path: folder.file("l.db")) : .inMemory()
        try await store.commit(
            [Bench.ada, Bench.ben, Bench.baker, Bench.florist, Bench.bank].map { .openAccount($0) } + [
                .transfers([Bench.transfer(1, Bench.bank, Bench.ada, 10_000, code: .funding)], at: 100)
            ])
        return (store, folder)
    }

    private static let first = OrderID(unchecked: "ord_" + String(repeating: "1", count: 32))
    private static let second = OrderID(unchecked: "ord_" + String(repeating: "2", count: 32))

    private func order(_ id: OrderID, _ payer: AccountID = LedgerBench.ada.id, revision: Int = 0) -> Order {
        Order(
            id: id, payer: payer,
            instruction: .init(
                iss: "quay-market", aud: "pay", jti: id.rawValue, iat: 1, exp: 600, origin: .tag, reference: "tag-1",
                merchant: "baker", merchantName: "The Baker", payee: Bench.baker.id.rawValue, currency: Bench.euro,
                amount: 1, description: ""),
            signedInstruction: "a.b.c", amount: 1, createdAt: 1, revision: revision)
    }

    @Test(
        "every transfer comes back as it was recorded, by name, by account and in the ledger's order",
        arguments: Place.allCases)
    func reading(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let batch = [
            Bench.transfer(
                2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 60), isLinked: true, reference: "ord_1"),
            Bench.transfer(3, Bench.ada, Bench.florist, 5, .pending(timeoutSeconds: nil), code: .refund),
            Bench.transfer(4, Bench.ada, Bench.baker, 2_000, .post(TransferID(2))),
            Bench.transfer(5, Bench.ada, Bench.florist, 5, .void(TransferID(3)), code: .refund),
            Bench.transfer(.max, Bench.baker, Bench.ada, 1, code: .correction),
        ]
        try await store.commit([.transfers(batch, at: 101)])
        let all = try await store.transfers(after: 0, limit: 10)
        #expect(all.map(\.number) == [1, 2, 3, 4, 5, 6])
        #expect(all.dropFirst().map(\.transfer) == batch && all.dropFirst().allSatisfy { $0.at == 101 })
        #expect(try await store.transfer(TransferID(.max)) == all.last)
        #expect(try await store.transfer(TransferID(99)) == nil)
        #expect(try await store.transfers(of: Bench.baker.id, before: nil, limit: 10).map(\.number) == [6, 4, 2])
        #expect(try await store.transfers(of: Bench.baker.id, before: 6, limit: 1).map(\.number) == [4])
        #expect(try await store.pendingTransfer(TransferID(2))?.state == .posted)
        #expect(try await store.pendingTransfer(TransferID(3))?.state == .voided)
        let ada = try present(await store.ledgerAccount(Bench.ada.id))
        #expect(ada.debitsPosted == 2_000 && ada.creditsPosted == 10_001 && ada.debitsPending == 0)
        #expect(
            try await store.ledgerAccounts(after: Bench.ada.id, limit: 2).map(\.id) == [Bench.ben.id, Bench.baker.id])
        try await ReadLedger(store).expectSumsOfTheJournal()
    }

    @Test(
        "a commit whose transfers are refused leaves nothing behind, and says which was refused and why",
        arguments: Place.allCases)
    func atomicity(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let request = IdempotencyRecord(scope: "s", key: "k", requestDigest: [1], sealedAnswer: [2], createdAt: 100)
        let line = OutboxLine(
            destination: "quay-market", kind: .orderResult, body: "{}", createdAt: 1, nextAttemptAt: 1)
        let good = Bench.transfer(2, Bench.ada, Bench.baker, 1)
        let bad = Bench.transfer(3, Bench.ben, Bench.baker, 1)
        let refused = PaymentStoreError.transfersRefused([.recorded, .refused(.exceedsCredits(Bench.ben.id))])
        await #expect(throws: refused) {
            try await store.commit([
                .order(order(Self.first)), .idempotency(request), .outbox(line), .transfers([good, bad], at: 101),
                .audit(AuditEntry(at: 1, actor: "a", action: "b")),
            ])
        }
        #expect(refused.refusal == .exceedsCredits(Bench.ben.id))
        #expect(try await store.order(Self.first) == nil)
        #expect(try await store.idempotencyRecord(scope: "s", key: "k") == nil)
        #expect(try await store.dueOutboxLines(at: .max, limit: 5).isEmpty)
        #expect(try await store.auditEntries(limit: 5).isEmpty)
        #expect(try await store.transfers(after: 0, limit: 10).count == 1)
        try await store.commit([
            .order(order(Self.first)), .idempotency(request), .outbox(line), .transfers([good], at: 101),
        ])
        #expect(try await store.idempotencyRecord(scope: "s", key: "k") == request)
        #expect(try await store.dueOutboxLines(at: 1, limit: 5).map(\.destination) == ["quay-market"])
        #expect(try await store.dueOutboxLines(at: 0, limit: 5).isEmpty)
    }

    @Test(
        "a transfer that is there already is no obstacle to its commit, and one with other fields is",
        arguments: Place.allCases)
    func replay(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let transfer = Bench.transfer(2, Bench.ada, Bench.baker, 7)
        for _ in 0..<3 { try await store.commit([.transfers([transfer], at: 101)]) }
        #expect(try await store.ledgerAccount(Bench.baker.id)?.creditsPosted == 7)
        await #expect(throws: PaymentStoreError.transfersRefused([.refused(.existsWithDifferent(.amount))])) {
            try await store.commit([.transfers([Bench.transfer(2, Bench.ada, Bench.baker, 8)], at: 101)])
        }
    }

    @Test("in a batch each chain has its own fate", arguments: Place.allCases)
    func batches(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let results = try await store.record(
            [
                Bench.transfer(2, Bench.ada, Bench.baker, 1), Bench.transfer(3, Bench.ben, Bench.baker, 1),
                Bench.transfer(4, Bench.ada, Bench.baker, 1, isLinked: true),
                Bench.transfer(5, Bench.ben, Bench.baker, 1),
                Bench.transfer(2, Bench.ada, Bench.baker, 1),
            ], at: 101)
        let refusal = TransferResult.refused(.exceedsCredits(Bench.ben.id))
        #expect(results == [.recorded, refusal, .refused(.linkedTransferFailed), refusal, .exists])
        #expect(try await store.ledgerAccount(Bench.baker.id)?.creditsPosted == 1)
        #expect(try await store.record([], at: 101).isEmpty)
    }

    @Test(
        "reservations are freed when their time is over, oldest first, a page at a time, and none twice",
        arguments: Place.allCases)
    func expiry(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let batch = (2...6).map {
            Bench.transfer(UInt128($0), Bench.ada, Bench.baker, 100, .pending(timeoutSeconds: Int64($0 * 10)))
        }
        try await store.commit([
            .transfers(batch + [Bench.transfer(7, Bench.ada, Bench.baker, 9, .pending(timeoutSeconds: nil))], at: 100)
        ])
        #expect(try await store.expirePendingTransfers(at: 119, limit: 10) == 0)
        #expect(try await store.expirePendingTransfers(at: 140, limit: 2) == 2)
        #expect(try await store.pendingTransfer(TransferID(2))?.state == .expired)
        #expect(try await store.pendingTransfer(TransferID(4))?.state == .pending)
        #expect(try await store.expirePendingTransfers(at: 1_000, limit: 10) == 3)
        #expect(try await store.expirePendingTransfers(at: 1_000, limit: 10) == 0)
        let ada = try present(await store.ledgerAccount(Bench.ada.id))
        #expect(ada.debitsPending == 9 && ada.available == 9_991)
        #expect(try await store.ledgerSnapshot().isBalanced)
    }

    @Test(
        "an account is closed only when nothing is on it or reserved on it, and then nothing moves over it",
        arguments: Place.allCases)
    func closing(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        await #expect(throws: PaymentStoreError.accountInUse(Bench.ada.id)) {
            try await store.commit([.closeAccount(Bench.ada.id, at: 5)])
        }
        await #expect(throws: PaymentStoreError.missing(kind: "account", key: "acc_0")) {
            try await store.commit([.closeAccount(AccountID(unchecked: "acc_0"), at: 5)])
        }
        try await store.commit([.closeAccount(Bench.florist.id, at: 5)])
        try await store.commit([.closeAccount(Bench.florist.id, at: 6)])
        #expect(try await store.ledgerAccount(Bench.florist.id)?.closedAt == 5)
        await #expect(throws: PaymentStoreError.transfersRefused([.refused(.accountClosed(Bench.florist.id))])) {
            try await store.commit([.transfers([Bench.transfer(2, Bench.ada, Bench.florist, 1)], at: 7)])
        }
        await #expect(throws: PaymentStoreError.duplicate(kind: "account", key: Bench.ada.id.rawValue)) {
            try await store.commit([.openAccount(Bench.ada)])
        }
        var rich = Bench.account(77, .payer)
        rich.creditsPosted = 1
        let given = rich
        await #expect(throws: PaymentStoreError.failed("a new account has no sums")) {
            try await store.commit([.openAccount(given)])
        }
    }

    @Test(
        "of two that replace one version of a record the second is refused, with the transfers beside it",
        arguments: Place.allCases)
    func conflicts(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        let first = order(Self.first)
        try await store.commit([.order(first)])
        var paid = first.committed
        paid.state = .paid
        let change = PaymentChange.order(paid)
        try await store.commit([change])
        let conflict = PaymentStoreError.conflict(kind: "order", key: Self.first.rawValue)
        await #expect(throws: conflict) {
            try await store.commit([.transfers([Bench.transfer(2, Bench.ada, Bench.baker, 1)], at: 1), change])
        }
        #expect(try await store.transfer(TransferID(2)) == nil)
        #expect(try await store.order(Self.first) == paid.committed)
        var twin = order(Self.second)
        twin.instruction.jti = Self.first.rawValue
        let other = twin
        await #expect(throws: PaymentStoreError.duplicate(kind: "order", key: "quay-market/\(Self.first)")) {
            try await store.commit([.order(other)])
        }
    }

    @Test("what is over is forgotten; transfers, reservations and open orders never are", arguments: Place.allCases)
    func forgetting(_ place: Place) async throws {
        let (store, folder) = try await store(place)
        defer { withExtendedLifetime(folder) {} }
        var over = order(Self.first)
        over.state = .expired
        let request = IdempotencyRecord(scope: "s", key: "k", requestDigest: [1], sealedAnswer: [2], createdAt: 100)
        let line = OutboxLine(destination: "x", kind: .orderResult, body: "{}", createdAt: 100, nextAttemptAt: nil)
        try await store.commit([
            .order(over), .order(order(Self.second)), .idempotency(request), .outbox(line),
            .audit(AuditEntry(at: 100, actor: "a", action: "b")),
        ])
        try await store.commit([.forget(before: 100)])
        #expect(try await store.idempotencyRecord(scope: "s", key: "k") != nil)
        #expect(try await store.abandonedOutboxLines(limit: 5).count == 1)
        try await store.commit([.forget(before: 1_000)])
        #expect(try await store.idempotencyRecord(scope: "s", key: "k") == nil)
        #expect(try await store.abandonedOutboxLines(limit: 5).isEmpty)
        #expect(try await store.auditEntries(limit: 5).isEmpty)
        #expect(try await store.order(Self.first) == nil)
        #expect(try await store.order(Self.second) != nil)
        #expect(try await store.transfers(after: 0, limit: 5).count == 1)
    }

    @Test("what was committed is there after closing and opening")
    func reopening() async throws {
        let (store, folder) = try await store(.file)
        let before = try await store.ledgerSnapshot()
        try store.close()
        let again = try SQLitePaymentStore(path: folder.file("l.db"))
        #expect(try await again.ledgerSnapshot() == before)
        await #expect(throws: PaymentStoreError.self) { try await store.commit([.forget(before: 0)]) }
    }
}
