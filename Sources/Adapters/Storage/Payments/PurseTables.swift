public import ElectronicPurse
import GRDB
public import Payments

/// The tables of purses: the cards, the security modules, their loads, and what gates have reported.
enum PurseTables {
    static let purses = Table<Purse>.kept(
        "purse", kind: "purse", key: ["card"], columns: ["card", "account"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "account")],
        values: { [$0.serial.description, $0.account.rawValue] })

    static let terminals = Table<PurseTerminal>.kept(
        "purse_terminal", kind: "security module", key: ["number"], columns: ["number", "terminal"],
        references: [.init(kind: "terminal", table: "terminal", key: "name", column: "terminal")],
        values: { [$0.number.description, $0.terminal.value] })

    static let loads = Table<LoadOrder>.kept(
        "load_order", kind: "load", key: ["id"],
        columns: ["id", "card", "payer", "state", "made_at", "expires_at", "settled_at"],
        references: [.init(kind: "purse", table: "purse", key: "card", column: "card")],
        values: {
            [
                $0.id.rawValue, $0.card.description, $0.payer.rawValue, $0.state.rawValue, $0.madeAt, $0.expiresAt,
                $0.settledAt,
            ]
        })

    static let purchases = Table<GatePurchase>.kept(
        "gate_purchase", kind: "gate purchase", key: ["terminal_number", "terminal_serial"],
        columns: ["terminal_number", "terminal_serial", "card", "state", "reported_at", "settled_at"],
        values: {
            [
                $0.report.purchase.terminal.description, Int64($0.report.terminalSerial), $0.report.card.description,
                $0.state.rawValue, $0.reportedAt, $0.settledAt,
            ]
        })

    static let schema = """
        CREATE TABLE purse (
            card TEXT NOT NULL PRIMARY KEY,
            account TEXT NOT NULL REFERENCES ledger_account,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE purse_terminal (
            number TEXT NOT NULL PRIMARY KEY,
            terminal TEXT NOT NULL REFERENCES terminal,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX purse_terminal_of_terminal ON purse_terminal (terminal);

        CREATE TABLE load_order (
            id TEXT NOT NULL PRIMARY KEY,
            card TEXT NOT NULL REFERENCES purse,
            payer TEXT NOT NULL,
            state TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            settled_at INTEGER,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX load_order_of_payer ON load_order (payer);
        CREATE INDEX load_order_open ON load_order (payer, expires_at) WHERE state = 'open';
        CREATE INDEX load_order_loaded ON load_order (card, settled_at) WHERE state = 'loaded';
        CREATE INDEX load_order_over ON load_order (expires_at) WHERE state <> 'ordered';
        -- A card says what became of the one before, before it is told of another.
        CREATE UNIQUE INDEX load_order_unsettled ON load_order (card) WHERE state = 'ordered';

        CREATE TABLE gate_purchase (
            terminal_number TEXT NOT NULL,
            terminal_serial INTEGER NOT NULL,
            card TEXT NOT NULL,
            state TEXT NOT NULL,
            reported_at INTEGER NOT NULL,
            settled_at INTEGER,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (terminal_number, terminal_serial)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX gate_purchase_of_card ON gate_purchase (card, reported_at);
        CREATE INDEX gate_purchase_held ON gate_purchase (reported_at) WHERE state = 'held';
        CREATE INDEX gate_purchase_settled ON gate_purchase (settled_at) WHERE settled_at IS NOT NULL;
        """

    /// Of what is over since before a time. Transfers stay in the ledger under their names.
    static let forgetting = [
        "DELETE FROM load_order WHERE state <> 'ordered' AND expires_at < ?",
        "DELETE FROM gate_purchase WHERE settled_at < ?",
    ]
}

extension SQLitePaymentStore {
    public func purse(_ card: PurseSerial) async throws(PaymentStoreError) -> Purse? {
        try await readers.read { try PurseTables.purses.one([card.description], in: $0) }
    }

    public func purses(after card: PurseSerial?, limit: Int) async throws(PaymentStoreError) -> [Purse] {
        try await readers.read {
            try PurseTables.purses.all(
                "WHERE card > ? ORDER BY card LIMIT ?", [card?.description ?? "", Self.page(limit)], in: $0)
        }
    }

    public func purseCount() async throws(PaymentStoreError) -> Int {
        try await readers.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM purse") ?? 0 }
    }

    public func purseTerminal(_ number: PurseTerminalNumber) async throws(PaymentStoreError) -> PurseTerminal? {
        try await readers.read { try PurseTables.terminals.one([number.description], in: $0) }
    }

    public func purseTerminals(of terminal: PartyName) async throws(PaymentStoreError) -> [PurseTerminal] {
        try await readers.read {
            try PurseTables.terminals.all("WHERE terminal = ? ORDER BY number", [terminal.value], in: $0)
        }
    }

    // MARK: - Loads

    public func loadOrder(_ id: LoadOrderID) async throws(PaymentStoreError) -> LoadOrder? {
        try await readers.read { try PurseTables.loads.one([id.rawValue], in: $0) }
    }

    public func unsettledLoadOrder(of card: PurseSerial) async throws(PaymentStoreError) -> LoadOrder? {
        try await readers.read {
            try PurseTables.loads.all("WHERE card = ? AND state = 'ordered'", [card.description], in: $0).first
        }
    }

    public func loadOrders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [LoadOrder] {
        try await readers.read {
            try PurseTables.loads.all(
                "WHERE payer = ? ORDER BY rowid DESC LIMIT ?", [payer.rawValue, Self.page(limit)], in: $0)
        }
    }

    public func loads(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [LoadOrder] {
        try await readers.read {
            try PurseTables.loads.all(
                "WHERE card = ? AND state = 'loaded' ORDER BY settled_at DESC LIMIT ?",
                [card.description, Self.page(limit)], in: $0)
        }
    }

    public func openLoadOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int {
        try await readers.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM load_order WHERE state = 'open' AND payer = ? AND expires_at > ?",
                arguments: [payer.rawValue, now]) ?? 0
        }
    }

    // MARK: - Purchases

    public func gatePurchase(
        _ terminal: PurseTerminalNumber, _ serial: UInt32
    ) async throws(PaymentStoreError) -> GatePurchase? {
        try await readers.read { try PurseTables.purchases.one([terminal.description, Int64(serial)], in: $0) }
    }

    public func gatePurchases(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [GatePurchase] {
        try await readers.read {
            try PurseTables.purchases.all(
                "WHERE card = ? ORDER BY reported_at DESC LIMIT ?", [card.description, Self.page(limit)], in: $0)
        }
    }

    public func heldGatePurchases(limit: Int) async throws(PaymentStoreError) -> [GatePurchase] {
        try await readers.read {
            try PurseTables.purchases.all(
                "WHERE state = 'held' ORDER BY reported_at LIMIT ?", [Self.page(limit)], in: $0)
        }
    }
}
