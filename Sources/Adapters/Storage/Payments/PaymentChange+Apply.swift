import GRDB
import Payments

extension PaymentChange {
    /// Writes the change inside the transaction that is open.
    func apply(to database: Database) throws {
        switch self {
        case .openAccount(let account): try LedgerTables.open(account, in: database)
        case .closeAccount(let id, let time): try LedgerTables.close(id, at: time, in: database)
        case .transfers(let batch, let now): try LedgerBooks.recordAll(batch, at: now, in: database)
        case .payer(let record): try PartyTables.payers.commit(record, in: database)
        case .platform(let record): try PartyTables.platforms.commit(record, in: database)
        case .terminal(let record): try PartyTables.terminals.commit(record, in: database)
        case .signingKey(let key): try PartyTables.signingKeys.insert(key, into: database)
        case .credential(let credential): try PartyTables.credentials.insert(credential, into: database)
        case .revokeCredentials(let holder, let time):
            try PartyTables.revokeCredentials(of: holder, at: time, in: database)
        case .order(let record): try OrderTables.orders.commit(record, in: database)
        case .smartCard(let record): try SmartCardTables.cards.commit(record, in: database)
        case .accountCardData(let record): try SmartCardTables.cardData.commit(record, in: database)
        case .cardChallenge(let record): try SmartCardTables.challenges.commit(record, in: database)
        case .cardFailures(let record): try SmartCardTables.failures.commit(record, in: database)
        case .cardPayment(let record): try SmartCardTables.payments.commit(record, in: database)
        case .bill(let record): try BillTables.bills.commit(record, in: database)
        case .billPlace(let record): try BillTables.places.commit(record, in: database)
        case .billedItem(let record): try BillTables.items.commit(record, in: database)
        case .issuerPayment(let record): try IssuerPaymentTables.payments.commit(record, in: database)
        case .traceCounter(let record): try IssuerPaymentTables.traceCounters.commit(record, in: database)
        case .purse(let record): try PurseTables.purses.commit(record, in: database)
        case .purseTerminal(let record): try PurseTables.terminals.commit(record, in: database)
        case .loadOrder(let record): try PurseTables.loads.commit(record, in: database)
        case .gatePurchase(let record): try PurseTables.purchases.commit(record, in: database)
        case .idempotency(let record): try PaymentJournalTables.idempotencyRecords.insert(record, into: database)
        case .audit(let entry): try PaymentJournalTables.auditEntries.insert(entry, into: database)
        case .outbox(let line): _ = try PaymentJournalTables.outboxLines.insertNumbered(line, into: database)
        case .retryOutbox(let line): try PaymentJournalTables.outboxLines.update(line, in: database)
        case .outboxDelivered(let number): try PaymentJournalTables.outboxLines.delete([number], from: database)
        case .forget(let time): try forget(before: time, in: database)
        }
    }

    private func forget(before time: Int64, in database: Database) throws {
        for sql in [
            "DELETE FROM request WHERE created_at < ?",
            "DELETE FROM payment_order WHERE state <> 'open' AND expires_at < ?",
            "DELETE FROM issuer_payment WHERE settled_at < ?",
            "DELETE FROM outbox_line WHERE next_attempt_at IS NULL AND created_at < ?",
            "DELETE FROM audit_entry WHERE at < ?",
            "DELETE FROM credential WHERE revoked_at < ?",
        ] + SmartCardTables.forgetting + BillTables.forgetting + PurseTables.forgetting {
            try database.execute(sql: sql, arguments: [time])
        }
    }
}

extension Table where Record: Payments.RevisedRecord & Codable {
    /// A table of records that are kept whole as JSON, beside their revision and the columns they are looked up by.
    static func kept(
        _ name: String, kind: String, key: [String], columns: [String], references: [Reference] = [],
        values: @escaping @Sendable (Record) -> [Column]
    ) -> Table {
        Table(
            name, kind: kind, key: key, columns: columns + ["revision", "record"], references: references,
            read: { row in
                for _ in 0...columns.count { row.skip() }
                return try row.json()
            },
            values: { values($0) + [$0.revision, try json($0)] })
    }
}

extension Table where Record: Payments.RevisedRecord {
    /// Inserts a record that is new, or replaces the version that it was made from.
    func commit(_ record: Record, in database: Database) throws {
        if record.revision == 0 {
            try insert(record.committed, into: database)
        } else {
            try replace(record.committed, revision: record.revision, in: database)
        }
    }
}
