public import Wallet

extension SQLiteWalletStore {
    public func account(_ id: UserID) async throws(WalletStoreError) -> Account? {
        try await readers.read { try WalletTables.accounts.one([id.rawValue], in: $0) }
    }

    public func account(named login: LoginName) async throws(WalletStoreError) -> Account? {
        try await readers.read { try WalletTables.accounts.all("WHERE login = ?", [login.value], in: $0).first }
    }

    public func device(_ id: DeviceID) async throws(WalletStoreError) -> Device? {
        try await readers.read { try WalletTables.devices.one([id.rawValue], in: $0) }
    }

    public func devices(of user: UserID) async throws(WalletStoreError) -> [Device] {
        try await readers.read {
            try WalletTables.devices.all("WHERE user = ? ORDER BY rowid", [user.rawValue], in: $0)
        }
    }

    public func session(_ id: SessionID) async throws(WalletStoreError) -> Session? {
        try await readers.read { try WalletTables.sessions.one([id.rawValue], in: $0) }
    }

    public func session(digest: [UInt8]) async throws(WalletStoreError) -> Session? {
        try await readers.read { try WalletTables.sessions.all("WHERE digest = ?", [blob(digest)], in: $0).first }
    }

    public func sessions(of user: UserID) async throws(WalletStoreError) -> [Session] {
        try await readers.read {
            try WalletTables.sessions.all("WHERE user = ? ORDER BY rowid", [user.rawValue], in: $0)
        }
    }

    // MARK: - Tokens and payments

    public func token(_ reference: TokenReference) async throws(WalletStoreError) -> Token? {
        try await readers.read { try WalletTables.tokens.one([reference.rawValue], in: $0) }
    }

    public func token(_ number: TokenNumber) async throws(WalletStoreError) -> Token? {
        try await readers.read { try WalletTables.tokens.all("WHERE number = ?", [number.digits], in: $0).first }
    }

    public func tokens(of credential: CredentialID) async throws(WalletStoreError) -> [Token] {
        try await readers.read {
            try WalletTables.tokens.all("WHERE credential = ? ORDER BY rowid", [credential.rawValue], in: $0)
        }
    }

    public func payment(
        of acquirer: AcquirerName, transaction: String
    ) async throws(WalletStoreError) -> PaymentRecord? {
        try await readers.read { try WalletTables.payments.one([acquirer.value, transaction], in: $0) }
    }

    public func payments(of user: UserID, limit: Int) async throws(WalletStoreError) -> [PaymentRecord] {
        try await readers.read {
            try WalletTables.payments.all(
                "WHERE user = ? ORDER BY rowid DESC LIMIT ?", [user.rawValue, SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    public func unsettledPayments(limit: Int) async throws(WalletStoreError) -> [PaymentRecord] {
        try await readers.read {
            try WalletTables.payments.all(
                "WHERE settled = 0 ORDER BY rowid LIMIT ?", [SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    // MARK: - Journal

    public func idempotencyRecord(
        scope: String, key: String
    ) async throws(WalletStoreError) -> IdempotencyRecord? {
        try await readers.read { try WalletTables.idempotencyRecords.one([scope, key], in: $0) }
    }

    public func auditEntries(
        of user: UserID, action: String, after time: Int64, limit: Int
    ) async throws(WalletStoreError) -> [AuditEntry] {
        try await readers.read {
            try WalletTables.auditEntries.all(
                "WHERE user = ? AND action = ? AND at > ? ORDER BY at DESC, number DESC LIMIT ?",
                [user.rawValue, action, time, SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    public func auditEntries(of user: UserID?, limit: Int) async throws(WalletStoreError) -> [AuditEntry] {
        try await readers.read {
            guard let user else {
                return try WalletTables.auditEntries.all(
                    "ORDER BY number DESC LIMIT ?", [SQLiteStore.pageEntries(limit)], in: $0)
            }
            return try WalletTables.auditEntries.all(
                "WHERE user = ? ORDER BY number DESC LIMIT ?", [user.rawValue, SQLiteStore.pageEntries(limit)], in: $0)
        }
    }
}
