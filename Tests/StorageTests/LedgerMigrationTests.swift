import GRDB
import Payments
import Testing

@testable import Storage

@Suite("The ledger's tables, when they change")
struct LedgerMigrationTests {
    @Test("transfers of before are chained, each account's from its newest back, and new ones go on from there")
    func chains() async throws {
        let database = try DatabaseQueue()
        try PaymentSchema.migrator.migrate(database, upTo: "0008-purses")
        let names = try (1...3).map {
            try #require(AccountID(rawValue: "acc_" + String(repeating: "\($0)", count: 32)))
        }
        let moves = [(0, 1), (1, 2), (0, 1), (2, 0), (0, 1)]
        try await database.write { database in
            for name in names {
                try database.execute(
                    sql: "INSERT INTO ledger_account VALUES (?, 'payer', 'EUR', NULL, 'x', 1, NULL, 0, 0, 0, 0)",
                    arguments: [name.rawValue])
            }
            for (index, move) in moves.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO transfer (id, at, debit, credit, amount, currency, code, phase, linked, reference)
                        VALUES (?, 1, ?, ?, ?, 'EUR', 3, 'posted', 0, '')
                        """,
                    arguments: [
                        blob(TransferID(UInt128(index + 1)).bytes), names[move.0].rawValue, names[move.1].rawValue,
                        index + 1,
                    ])
            }
        }
        try PaymentSchema.migrator.migrate(database)
        let store = SQLitePaymentStore(StoreConnections(writer: database, readers: Readers([database])))
        func numbers(_ account: Int, before: Int64? = nil, limit: Int = 9) async throws -> [Int64] {
            try await store.transfers(of: names[account], before: before, limit: limit).map(\.number)
        }
        #expect(try await numbers(0) == [5, 4, 3, 1])
        #expect(try await numbers(1) == [5, 3, 2, 1])
        #expect(try await numbers(2) == [4, 2])
        #expect(try await numbers(0, before: 4, limit: 1) == [3])
        #expect(try await store.transfers(after: 0, limit: 9).map(\.transfer.amount) == [1, 2, 3, 4, 5])
        let euro = try #require(try await store.ledgerAccount(names[0])).currency
        let next = Transfer(
            id: TransferID(99), debit: names[1], credit: names[2], amount: 7, currency: euro, code: .correction)
        #expect(try await store.record([next], at: 2) == [.recorded])
        #expect(try await numbers(1) == [6, 5, 3, 2, 1])
        #expect(try await numbers(2) == [6, 4, 2])
        await #expect(throws: (any Error).self, "still never changed") {
            try await database.write { try $0.execute(sql: "UPDATE transfer SET amount = 1") }
        }
    }
}
