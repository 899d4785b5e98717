import GRDB
public import Payments

extension SQLitePaymentStore {
    public func payer(_ account: AccountID) async throws(PaymentStoreError) -> Payer? {
        try await readers.read { try PartyTables.payers.one([account.rawValue], in: $0) }
    }

    public func payer(ofDevice keyName: String) async throws(PaymentStoreError) -> Payer? {
        try await readers.read { try PartyTables.payers.all("WHERE device = ?", [keyName], in: $0).first }
    }

    // Payers and terminals are never deleted: the last row's number is their count.

    public func payerCount() async throws(PaymentStoreError) -> Int {
        try await readers.read { try Int.fetchOne($0, sql: "SELECT max(rowid) FROM payer") ?? 0 }
    }

    public func terminalCount() async throws(PaymentStoreError) -> Int {
        try await readers.read { try Int.fetchOne($0, sql: "SELECT max(rowid) FROM terminal") ?? 0 }
    }

    public func platform(_ name: PartyName) async throws(PaymentStoreError) -> Platform? {
        try await readers.read { try PartyTables.platforms.one([name.value], in: $0) }
    }

    public func platforms(limit: Int) async throws(PaymentStoreError) -> [Platform] {
        try await readers.read {
            try PartyTables.platforms.all("WHERE name > '' ORDER BY name LIMIT ?", [Self.page(limit)], in: $0)
        }
    }

    public func terminal(_ name: PartyName) async throws(PaymentStoreError) -> Terminal? {
        try await readers.read { try PartyTables.terminals.one([name.value], in: $0) }
    }

    public func terminals(after name: PartyName?, limit: Int) async throws(PaymentStoreError) -> [Terminal] {
        try await readers.read {
            try PartyTables.terminals.all(
                "WHERE name > ? ORDER BY name LIMIT ?", [name?.value ?? "", Self.page(limit)], in: $0)
        }
    }

    public func signingKey(named name: String) async throws(PaymentStoreError) -> SigningKey? {
        try await readers.read { try PartyTables.signingKeys.one([name], in: $0) }
    }

    public func signingKeys(of holder: SigningKey.Holder) async throws(PaymentStoreError) -> [SigningKey] {
        try await readers.read {
            try PartyTables.signingKeys.all(
                "WHERE holder_kind = ? AND holder = ? ORDER BY name", [holder.kind, holder.name.value], in: $0)
        }
    }

    public func credential(digest: [UInt8]) async throws(PaymentStoreError) -> AccessCredential? {
        try await readers.read { try PartyTables.credentials.one([blob(digest)], in: $0) }
    }
}
