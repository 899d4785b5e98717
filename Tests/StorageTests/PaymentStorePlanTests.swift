import GRDB
import ISO4217
import Payments
import Synchronization
import Testing

@testable import Storage

@Suite("The plans of the payment server's store")
struct PaymentStorePlanTests {
    @Test("every look-up of the ledger, of parties, orders and the journal is answered by an index")
    func plans() async throws {
        let store = try SQLitePaymentStore.inMemory()
        let statements = Traced()
        let euro = try #require(Currency("EUR"))
        let account = { (id: String) in
            LedgerAccount(
                id: AccountID(unchecked: id), kind: .equity, currency: euro, overdraft: .unbounded, label: "x",
                createdAt: 1)
        }
        let (first, second) = (account("acc_1"), account("acc_2"))
        try await store.commit([.openAccount(first), .openAccount(second)])
        try await store.writer.writeWithoutTransaction { database in database.trace { statements.append($0) } }
        let pending = Transfer(
            id: TransferID(1), debit: first.id, credit: second.id, amount: 1, currency: euro, code: .funding,
            phase: .pending(timeoutSeconds: 1))
        try await store.commit([.transfers([pending], at: 1)])
        _ = try await store.expirePendingTransfers(at: 9, limit: 5)
        _ = try await store.ledgerAccount(first.id)
        _ = try await store.ledgerAccounts(after: first.id, limit: 5)
        _ = try await store.transfer(TransferID(1))
        _ = try await store.pendingTransfer(TransferID(1))
        _ = try await store.transfers(after: 0, limit: 5)
        _ = try await store.transfers(of: first.id, before: nil, limit: 5)
        let name = try #require(PartyName("x"))
        _ = try await store.payer(first.id)
        _ = try await store.payer(ofDevice: "device-1")
        _ = try await store.platform(name)
        _ = try await store.terminal(name)
        _ = try await store.terminals(after: name, limit: 5)
        _ = try await store.signingKey(named: "x")
        _ = try await store.signingKeys(of: .platform(name))
        _ = try await store.credential(digest: [1])
        _ = try await store.order(OrderID(unchecked: "ord_1"))
        _ = try await store.order(of: name, instruction: "i")
        _ = try await store.orders(of: first.id, limit: 5)
        _ = try await store.openOrderCount(of: first.id, at: 1)
        _ = try await store.overdueOrders(at: 1, limit: 5)
        _ = try await store.idempotencyRecord(scope: "s", key: "k")
        _ = try await store.dueOutboxLines(at: 1, limit: 5)
        _ = try await store.abandonedOutboxLines(limit: 5)
        try await store.commit([.revokeCredentials(of: .platform(name), at: 1), .forget(before: 1)])

        let planned = statements.all.filter { sql in ["SELECT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) } }
        #expect(planned.count >= 30)
        for sql in planned {
            let plan = try await store.writer.writeWithoutTransaction { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String? ?? "" }
            }
            for step in plan where !step.contains("LAST TERM OF ORDER BY") {
                #expect(step.hasPrefix("SEARCH"), "\(sql): \(step)")
            }
        }
    }

    @Test("a transfer is never changed and never deleted, whoever writes to the file")
    func immutability() async throws {
        let store = try SQLitePaymentStore.inMemory()
        let euro = try #require(Currency("EUR"))
        let accounts = ["acc_1", "acc_2"].map {
            LedgerAccount(
                id: AccountID(unchecked: $0), kind: .equity, currency: euro, overdraft: .unbounded, label: "x",
                createdAt: 1)
        }
        let transfer = Transfer(
            id: TransferID(1), debit: accounts[0].id, credit: accounts[1].id, amount: 1, currency: euro, code: .funding)
        try await store.commit(accounts.map { .openAccount($0) } + [.transfers([transfer], at: 1)])
        for sql in [
            "UPDATE transfer SET amount = 2", "DELETE FROM transfer", "UPDATE ledger_account SET debits_posted = -1",
        ] {
            await #expect(throws: DatabaseError.self) {
                try await store.writer.write { try $0.execute(sql: sql) }
            }
        }
        #expect(try await store.transfer(TransferID(1))?.transfer == transfer)
    }
}

/// The SQL that a connection ran, in order.
private final class Traced: Sendable {
    private let statements = Mutex<[String]>([])

    var all: [String] { statements.withLock { $0 } }

    func append(_ event: Database.TraceEvent) {
        if case .statement(let statement) = event { statements.withLock { $0.append(statement.sql) } }
    }
}
