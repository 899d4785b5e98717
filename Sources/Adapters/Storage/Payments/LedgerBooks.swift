import GRDB
import Payments

/// Opens the book at the pages that a batch needs, has the rules judge it, and writes what they decide: all in the
/// transaction that is open.
enum LedgerBooks {
    /// All of the batch, or nothing of the commit.
    static func recordAll(_ batch: [Transfer], at now: Int64, in database: Database) throws {
        let verdict = LedgerRules.judge(batch, at: now, in: try book(for: batch, in: database))
        guard verdict.isAccepted else { throw PaymentStoreError.transfersRefused(verdict.results) }
        try write(verdict, at: now, in: database)
    }

    /// What of the batch the rules accept.
    static func record(_ batch: [Transfer], at now: Int64, in database: Database) throws -> [TransferResult] {
        let verdict = LedgerRules.judge(batch, at: now, in: try book(for: batch, in: database))
        try write(verdict, at: now, in: database)
        return verdict.results
    }

    private static func book(for batch: [Transfer], in database: Database) throws -> LedgerBook {
        var book = LedgerBook()
        for id in LedgerBook.accounts(of: batch) {
            book.accounts[id] = try LedgerTables.accounts.one([id.rawValue], in: database)
        }
        for id in LedgerBook.transfers(of: batch) {
            guard let known = try transfer(id, in: database)?.transfer else { continue }
            book.transfers[id] = known
            if case .pending = known.phase {
                book.pendings[id] = try LedgerTables.pendings.one([blob(id.bytes)], in: database)
            }
        }
        return book
    }

    static func transfer(_ id: TransferID, in database: Database) throws -> RecordedTransfer? {
        try LedgerTables.transfers.all("WHERE id = ?", [blob(id.bytes)], in: database).first
    }

    private static func write(_ verdict: LedgerVerdict, at now: Int64, in database: Database) throws {
        for transfer in verdict.recorded {
            _ = try LedgerTables.transfers.insertNumbered(
                RecordedTransfer(number: 0, at: now, transfer: transfer), into: database)
        }
        for id in verdict.changedAccounts {
            if let account = verdict.book.accounts[id] { try writeSums(of: account, in: database) }
        }
        for id in verdict.changedPendings {
            if let pending = verdict.book.pendings[id] { try LedgerTables.pendings.put(pending, into: database) }
        }
    }

    private static func writeSums(of account: LedgerAccount, in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE ledger_account SET debits_posted = ?, credits_posted = ?, debits_pending = ?, credits_pending = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            account.debitsPosted, account.creditsPosted, account.debitsPending, account.creditsPending,
            account.id.rawValue,
        ])
    }

    /// Frees what is reserved beyond its time.
    static func expire(at now: Int64, limit: Int, in database: Database) throws -> Int {
        let due = try LedgerTables.pendings.all(
            "WHERE state = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?", [now, limit], in: database)
        var count = 0
        for pending in due {
            guard let transfer = try transfer(pending.id, in: database)?.transfer,
                var debit = try LedgerTables.accounts.one([transfer.debit.rawValue], in: database),
                var credit = try LedgerTables.accounts.one([transfer.credit.rawValue], in: database)
            else { throw LedgerTables.pendings.missing([blob(pending.id.bytes)]) }
            guard let expired = LedgerRules.expire(pending, transfer, at: now, &debit, &credit) else { continue }
            try writeSums(of: debit, in: database)
            try writeSums(of: credit, in: database)
            try LedgerTables.pendings.update(expired, in: database)
            count += 1
        }
        return count
    }
}
