import GRDB
import Instructions
public import Payments

/// The table of orders: one for one instruction of one platform.
enum OrderTables {
    static let orders = Table<Order>.kept(
        "payment_order", kind: "order", key: ["id"],
        columns: ["id", "platform", "instruction", "payer", "state", "expires_at"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "payer")],
        values: {
            [
                $0.id.rawValue, $0.instruction.iss, $0.instruction.jti, $0.payer.rawValue, $0.state.rawValue,
                $0.expiresAt,
            ]
        })

    static let schema = """
        CREATE TABLE payment_order (
            id TEXT NOT NULL PRIMARY KEY,
            platform TEXT NOT NULL,
            instruction TEXT NOT NULL,
            payer TEXT NOT NULL REFERENCES ledger_account,
            state TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (platform, instruction)
        ) STRICT;
        CREATE INDEX payment_order_of_payer ON payment_order (payer);
        CREATE INDEX payment_order_open_of_payer ON payment_order (payer, expires_at) WHERE state = 'open';
        CREATE INDEX payment_order_open ON payment_order (expires_at) WHERE state = 'open';
        CREATE INDEX payment_order_over ON payment_order (expires_at) WHERE state <> 'open';
        """
}

extension SQLitePaymentStore {
    public func order(_ id: OrderID) async throws(PaymentStoreError) -> Order? {
        try await readers.read { try OrderTables.orders.one([id.rawValue], in: $0) }
    }

    public func order(of platform: PartyName, instruction: String) async throws(PaymentStoreError) -> Order? {
        try await readers.read {
            try OrderTables.orders.all(
                "WHERE platform = ? AND instruction = ?", [platform.value, instruction], in: $0
            ).first
        }
    }

    public func orders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Order] {
        try await readers.read {
            try OrderTables.orders.all(
                "WHERE payer = ? ORDER BY rowid DESC LIMIT ?", [payer.rawValue, Self.page(limit)], in: $0)
        }
    }

    public func openOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int {
        try await readers.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM payment_order WHERE payer = ? AND state = 'open' AND expires_at > ?",
                arguments: [payer.rawValue, now]) ?? 0
        }
    }

    public func overdueOrders(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Order] {
        try await readers.read {
            try OrderTables.orders.all(
                "WHERE state = 'open' AND expires_at <= ? ORDER BY expires_at LIMIT ?", [now, Self.page(limit)], in: $0)
        }
    }
}
