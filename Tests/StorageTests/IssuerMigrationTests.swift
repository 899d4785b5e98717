import GRDB
import Testing

@testable import Storage

@Suite("The issuer's tables, when they change")
struct IssuerMigrationTests {
    @Test("transactions of wallets stay in their order, and those of acquirers, which are no wallets, join them")
    func acquirers() throws {
        let database = try DatabaseQueue()
        try IssuerSchema.migrator.migrate(database, upTo: "0002-confirmations")
        let insert =
            "INSERT INTO payment_transaction (wallet, name, card, answered_at, record) VALUES (?, ?, ?, 1, '{}')"
        try database.write { database in
            try database.execute(sql: "INSERT INTO wallet (name, record) VALUES ('lantern', '{}')")
            for name in ["b", "a", "c"] { try database.execute(sql: insert, arguments: ["lantern", name, "acc_1"]) }
        }
        try IssuerSchema.migrator.migrate(database)
        try database.write { try $0.execute(sql: insert, arguments: ["acquirer:12345678", "a", "acc_1"]) }
        let names = try database.read {
            try String.fetchAll($0, sql: "SELECT wallet || '/' || name FROM payment_transaction ORDER BY rowid")
        }
        #expect(names == ["lantern/b", "lantern/a", "lantern/c", "acquirer:12345678/a"])
    }
}
