import GRDB
import Wallet

extension WalletChange {
    /// Writes the change inside the transaction that is open.
    func apply(to database: Database) throws {
        switch self {
        case .account(let record): try WalletTables.accounts.commit(record, in: database)
        case .device(let record): try WalletTables.devices.commit(record, in: database)
        case .session(let record): try WalletTables.sessions.commit(record, in: database)
        case .card(let record): try WalletTables.cards.commit(record, in: database)
        case .credential(let record): try WalletTables.credentials.commit(record, in: database)
        case .token(let record): try WalletTables.tokens.commit(record, in: database)
        case .migration(let record): try WalletTables.migrations.commit(record, in: database)
        case .payment(let record): try WalletTables.payments.commit(record, in: database)
        case .idempotency(let record): try WalletTables.idempotencyRecords.commit(record, in: database)
        case .audit(let entry): try WalletTables.auditEntries.insert(entry, into: database)
        case .forget(let time): try forget(before: time, in: database)
        }
    }

    private func forget(before time: Int64, in database: Database) throws {
        for sql in [
            "DELETE FROM session WHERE over_at < ?",
            "DELETE FROM idempotency_record WHERE created_at < ?",
            "DELETE FROM payment WHERE settled = 1 AND created_at < ?",
            "DELETE FROM audit_entry WHERE at < ?",
        ] {
            try database.execute(sql: sql, arguments: [time])
        }
    }
}
