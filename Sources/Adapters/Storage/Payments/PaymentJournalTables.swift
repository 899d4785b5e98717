import GRDB
public import Payments

/// The tables of what was asked, what was done, and what is still to be told.
enum PaymentJournalTables {
    static let idempotencyRecords = Table<IdempotencyRecord>(
        "request", kind: RequestJournal.kind, key: ["scope", "key"],
        columns: ["scope", "key", "request_digest", "sealed_answer", "created_at"],
        read: {
            IdempotencyRecord(
                scope: try $0.text(), key: try $0.text(), requestDigest: try $0.bytes(), sealedAnswer: try $0.bytes(),
                createdAt: try $0.integer())
        },
        values: { [$0.scope, $0.key, blob($0.requestDigest), blob($0.sealedAnswer), $0.createdAt] })

    static let auditEntries = Table<AuditEntry>(
        "audit_entry", kind: "audit entry", key: ["number"],
        columns: ["at", "actor", "action", "subject", "detail"],
        read: {
            AuditEntry(
                at: try $0.integer(), actor: try $0.text(), action: try $0.text(), subject: try $0.text(),
                detail: try $0.text())
        },
        values: { [$0.at, $0.actor, $0.action, $0.subject, $0.detail] })

    static let outboxLines = Table<OutboxLine>(
        "outbox_line", kind: "outbox line", key: ["number"],
        columns: ["number", "destination", "kind", "body", "created_at", "attempts", "next_attempt_at"],
        read: {
            OutboxLine(
                number: try $0.integer(), destination: try $0.text(), kind: try $0.choice(), body: try $0.text(),
                createdAt: try $0.integer(), attempts: try $0.number(), nextAttemptAt: try $0.optionalInteger())
        },
        values: {
            [$0.number, $0.destination, $0.kind.rawValue, $0.body, $0.createdAt, $0.attempts, $0.nextAttemptAt]
        })

    static let schema = """
        CREATE TABLE request (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            request_digest BLOB NOT NULL,
            sealed_answer BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT;
        CREATE INDEX request_created ON request (created_at);

        CREATE TABLE audit_entry (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_entry_at ON audit_entry (at);

        -- AUTOINCREMENT: a number is the line's name at its receiver and is never given twice.
        CREATE TABLE outbox_line (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            destination TEXT NOT NULL,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt_at INTEGER
        ) STRICT;
        CREATE INDEX outbox_line_due ON outbox_line (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX outbox_line_abandoned ON outbox_line (created_at) WHERE next_attempt_at IS NULL;
        """
}

extension SQLitePaymentStore {
    public func idempotencyRecord(
        scope: String, key: String
    ) async throws(PaymentStoreError) -> IdempotencyRecord? {
        try await readers.read { try PaymentJournalTables.idempotencyRecords.one([scope, key], in: $0) }
    }

    public func auditEntries(limit: Int) async throws(PaymentStoreError) -> [AuditEntry] {
        try await readers.read {
            try PaymentJournalTables.auditEntries.all("ORDER BY number DESC LIMIT ?", [Self.page(limit)], in: $0)
        }
    }

    public func dueOutboxLines(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [OutboxLine] {
        try await readers.read {
            try PaymentJournalTables.outboxLines.all(
                "WHERE next_attempt_at <= ? ORDER BY next_attempt_at, number LIMIT ?", [now, Self.page(limit)], in: $0)
        }
    }

    public func abandonedOutboxLines(limit: Int) async throws(PaymentStoreError) -> [OutboxLine] {
        try await readers.read {
            try PaymentJournalTables.outboxLines.all(
                "WHERE next_attempt_at IS NULL AND created_at >= 0 ORDER BY created_at, number LIMIT ?",
                [Self.page(limit)], in: $0)
        }
    }
}
