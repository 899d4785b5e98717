import GRDB
public import Payments

/// The tables of payments with cards, and of the numbers that their messages have.
enum IssuerPaymentTables {
    static let payments = Table<IssuerPayment>.kept(
        "issuer_payment", kind: IssuerPayment.kind, key: ["id"],
        columns: ["id", "terminal", "key", "state", "next_reversal_at", "settled_at"],
        references: [.init(kind: "terminal", table: "terminal", key: "name", column: "terminal")],
        values: {
            [$0.id.rawValue, $0.terminal.value, $0.key, $0.state.rawValue, $0.nextReversalAt, $0.settledAt]
        })

    /// One row.
    static let traceCounters = Table<TraceCounter>.kept(
        "trace_counter", kind: "trace counter", key: ["name"], columns: ["name"], values: { _ in [counterName] })

    private static let counterName = "issuer-leg"

    static func traceCounter(in database: Database) throws -> TraceCounter? {
        try traceCounters.one([counterName], in: database)
    }

    static let schema = """
        CREATE TABLE issuer_payment (
            id TEXT NOT NULL PRIMARY KEY,
            terminal TEXT NOT NULL REFERENCES terminal,
            key TEXT NOT NULL,
            state TEXT NOT NULL,
            next_reversal_at INTEGER,
            settled_at INTEGER,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (terminal, key)
        ) STRICT;
        CREATE INDEX issuer_payment_requested ON issuer_payment (id) WHERE state = 'requested';
        CREATE INDEX issuer_payment_due ON issuer_payment (next_reversal_at) WHERE next_reversal_at IS NOT NULL;
        CREATE INDEX issuer_payment_settled ON issuer_payment (settled_at) WHERE settled_at IS NOT NULL;

        CREATE TABLE trace_counter (
            name TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        """
}

extension SQLitePaymentStore {
    public func issuerPayment(_ id: IssuerPaymentID) async throws(PaymentStoreError) -> IssuerPayment? {
        try await readers.read { try IssuerPaymentTables.payments.one([id.rawValue], in: $0) }
    }

    public func issuerPayment(of terminal: PartyName, key: String) async throws(PaymentStoreError) -> IssuerPayment? {
        try await readers.read {
            try IssuerPaymentTables.payments.all("WHERE terminal = ? AND key = ?", [terminal.value, key], in: $0).first
        }
    }

    public func requestedIssuerPayments(
        after id: IssuerPaymentID?, limit: Int
    ) async throws(PaymentStoreError) -> [IssuerPayment] {
        try await readers.read {
            try IssuerPaymentTables.payments.all(
                "WHERE state = 'requested' AND id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", Self.page(limit)],
                in: $0)
        }
    }

    public func dueIssuerReversals(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [IssuerPayment] {
        try await readers.read {
            try IssuerPaymentTables.payments.all(
                "WHERE next_reversal_at <= ? ORDER BY next_reversal_at LIMIT ?", [now, Self.page(limit)], in: $0)
        }
    }

    public func issuerReversalCount() async throws(PaymentStoreError) -> Int {
        try await readers.read {
            try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM issuer_payment WHERE next_reversal_at IS NOT NULL") ?? 0
        }
    }

    public func traceCounter() async throws(PaymentStoreError) -> TraceCounter? {
        try await readers.read { try IssuerPaymentTables.traceCounter(in: $0) }
    }
}
