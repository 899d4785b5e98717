import GRDB
import Payments

/// Opens the book at the pages that a batch needs, has the rules judge it, and writes what they decide: all in the
/// transaction that is open.
enum LedgerBooks {
    /// All of the batch, or nothing of the commit.
    static func recordAll(_ batch: [Transfer], at now: Int64, in database: Database) throws {
        let opened = try open(for: batch, in: database)
        let verdict = LedgerRules.judge(batch, at: now, in: opened.book)
        guard verdict.isAccepted else { throw PaymentStoreError.transfersRefused(verdict.results) }
        try write(verdict, opened.newest, at: now, in: database)
    }

    /// What of the batch the rules accept.
    static func record(_ batch: [Transfer], at now: Int64, in database: Database) throws -> [TransferResult] {
        let opened = try open(for: batch, in: database)
        let verdict = LedgerRules.judge(batch, at: now, in: opened.book)
        try write(verdict, opened.newest, at: now, in: database)
        return verdict.results
    }

    /// The pages, and the newest transfer on each account.
    private static func open(
        for batch: [Transfer], in database: Database
    ) throws -> (book: LedgerBook, newest: [AccountID: Int64]) {
        var book = LedgerBook()
        var newest: [AccountID: Int64] = [:]
        for id in LedgerBook.accounts(of: batch) {
            guard let page = try LedgerTables.chainedAccounts.one([id.rawValue], in: database) else { continue }
            book.accounts[id] = page.account
            newest[id] = page.lastTransfer
        }
        for id in LedgerBook.transfers(of: batch) {
            guard let known = try transfer(id, in: database)?.transfer else { continue }
            book.transfers[id] = known
            if case .pending = known.phase {
                book.pendings[id] = try LedgerTables.pendings.one([blob(id.bytes)], in: database)
            }
        }
        return (book, newest)
    }

    static func transfer(_ id: TransferID, in database: Database) throws -> RecordedTransfer? {
        try LedgerTables.transfers.all("WHERE id = ?", [blob(id.bytes)], in: database).first
    }

    private static func write(
        _ verdict: LedgerVerdict, _ newest: [AccountID: Int64], at now: Int64, in database: Database
    ) throws {
        var newest = newest
        for transfer in verdict.recorded {
            let number = try LedgerTables.chainedTransfers.insertNumbered(
                ChainedTransfer(
                    recorded: RecordedTransfer(number: 0, at: now, transfer: transfer),
                    debitBefore: newest[transfer.debit], creditBefore: newest[transfer.credit]), into: database)
            newest[transfer.debit] = number
            newest[transfer.credit] = number
        }
        for id in verdict.changedAccounts {
            if let account = verdict.book.accounts[id] { try writeSums(of: account, newest[id], in: database) }
        }
        for id in verdict.changedPendings {
            if let pending = verdict.book.pendings[id] { try LedgerTables.pendings.put(pending, into: database) }
        }
    }

    /// - Parameter newest: the newest transfer on it; `nil` leaves what is stored.
    private static func writeSums(of account: LedgerAccount, _ newest: Int64?, in database: Database) throws {
        try BoundStatement(
            """
            UPDATE ledger_account SET debits_posted = ?, credits_posted = ?, debits_pending = ?, credits_pending = ?,
            last_transfer = ifnull(?, last_transfer) WHERE id = ?
            """,
            [
                account.debitsPosted, account.creditsPosted, account.debitsPending, account.creditsPending, newest,
                account.id.rawValue,
            ], in: database
        ).run()
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
            try writeSums(of: debit, nil, in: database)
            try writeSums(of: credit, nil, in: database)
            try LedgerTables.pendings.update(expired, in: database)
            count += 1
        }
        return count
    }
}
