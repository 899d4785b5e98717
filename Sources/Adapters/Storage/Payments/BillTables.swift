import GRDB
public import Payments

/// The tables of bills.
enum BillTables {
    static let bills = Table<Bill>.kept(
        "bill", kind: "bill", key: ["id"], columns: ["id", "payer", "state", "ends_at"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "payer")],
        values: { [$0.id.rawValue, $0.payer.rawValue, $0.state.rawValue, $0.endsAt] })

    static let places = Table<BillPlace>.kept(
        "bill_place", kind: "bill's place", key: ["payer"], columns: ["payer"], values: { [$0.payer.rawValue] })

    static let items = Table<BilledItem>.kept(
        "billed_item", kind: "bill item", key: ["terminal", "sequence"],
        columns: ["terminal", "sequence", "bill", "arrived_at"],
        values: { [$0.terminal.value, $0.sequence, $0.bill.rawValue, $0.arrivedAt] })

    static let schema = """
        CREATE TABLE bill (
            id TEXT NOT NULL PRIMARY KEY,
            payer TEXT NOT NULL REFERENCES ledger_account,
            state TEXT NOT NULL,
            ends_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX bill_of_payer ON bill (payer);
        CREATE INDEX bill_pending ON bill (ends_at) WHERE state IN ('open', 'awaitingVerification');
        CREATE INDEX bill_over ON bill (ends_at) WHERE state NOT IN ('open', 'awaitingVerification');

        CREATE TABLE bill_place (
            payer TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE billed_item (
            terminal TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            bill TEXT NOT NULL,
            arrived_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (terminal, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX billed_item_arrived ON billed_item (arrived_at);
        """

    /// Of what is over since before a time.
    static let forgetting = [
        "DELETE FROM bill WHERE state NOT IN ('open', 'awaitingVerification') AND ends_at < ?",
        "DELETE FROM billed_item WHERE arrived_at < ?",
    ]
}

extension SQLitePaymentStore {
    public func bill(_ id: BillID) async throws(PaymentStoreError) -> Bill? {
        try await readers.read { try BillTables.bills.one([id.rawValue], in: $0) }
    }

    public func bills(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Bill] {
        try await readers.read {
            try BillTables.bills.all(
                "WHERE payer = ? ORDER BY rowid DESC LIMIT ?", [payer.rawValue, Self.page(limit)], in: $0)
        }
    }

    public func billPlace(of payer: AccountID) async throws(PaymentStoreError) -> BillPlace? {
        try await readers.read { try BillTables.places.one([payer.rawValue], in: $0) }
    }

    public func billedItem(
        terminal: PartyName, sequence: Int64
    ) async throws(PaymentStoreError) -> BilledItem? {
        try await readers.read { try BillTables.items.one([terminal.value, sequence], in: $0) }
    }

    public func overdueBills(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Bill] {
        try await readers.read {
            try BillTables.bills.all(
                """
                WHERE state IN ('open', 'awaitingVerification')
                AND (state = 'open' AND ends_at <= ?1 OR ends_at <= ?2) ORDER BY ends_at LIMIT ?3
                """, [now, now - Bill.graceSeconds, Self.page(limit)], in: $0)
        }
    }
}
