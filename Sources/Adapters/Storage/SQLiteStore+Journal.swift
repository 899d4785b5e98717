public import TrustedServiceManager

extension SQLiteStore {
    public func communication(_ id: CommunicationID) async throws(StoreError) -> Communication? {
        try await readers.read { try Tables.communications.one([id.rawValue], in: $0) }
    }

    public func communications(limit: Int) async throws(StoreError) -> [Communication] {
        try await readers.read {
            try Tables.communications.all("ORDER BY number DESC LIMIT ?", [Self.pageEntries(limit)], in: $0)
        }
    }

    public func execution(_ number: ExecutionNumber) async throws(StoreError) -> Execution? {
        try await readers.read { try Tables.executions.one([number.rawValue], in: $0) }
    }

    public func unsettledExecutions(
        on secureElement: SecureElementIdentifier?
    ) async throws(StoreError) -> [Execution] {
        try await readers.read {
            guard let secureElement else {
                // SQLite would rather walk the whole table in order than sort the few that the index holds.
                return try Tables.executions.all(
                    "INDEXED BY execution_unsettled WHERE state <> 'settled' ORDER BY number", in: $0)
            }
            return try Tables.executions.all(
                "WHERE state <> 'settled' AND secure_element = ? ORDER BY number", [secureElement.description], in: $0)
        }
    }

    public func executions(limit: Int) async throws(StoreError) -> [Execution] {
        try await readers.read {
            try Tables.executions.all("ORDER BY number DESC LIMIT ?", [Self.pageEntries(limit)], in: $0)
        }
    }

    public func idempotencyRecord(scope: String, key: String) async throws(StoreError) -> IdempotencyRecord? {
        try await readers.read { try Tables.idempotencyRecords.one([scope, key], in: $0) }
    }

    public func auditEntries(limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await readers.read {
            try Tables.auditEntries.all("ORDER BY number DESC LIMIT ?", [Self.pageEntries(limit)], in: $0)
        }
    }

    public func credential(digest: [UInt8]) async throws(StoreError) -> CredentialRecord? {
        try await readers.read { try Tables.credentials.one([blob(digest)], in: $0) }
    }

    public func credentials(after digest: [UInt8]?, limit: Int) async throws(StoreError) -> [CredentialRecord] {
        try await readers.read {
            try Tables.credentials.all(
                "WHERE digest > ? ORDER BY digest LIMIT ?", [blob(digest ?? []), Self.pageEntries(limit)], in: $0)
        }
    }

    public func operatorCredentialsInForce() async throws(StoreError) -> [CredentialRecord] {
        try await readers.read {
            try Tables.credentials.all(
                "WHERE holder_kind = 'operator' AND revoked_at IS NULL ORDER BY digest", in: $0)
        }
    }
}
