public import Wallet

extension SQLiteWalletStore {
    public func card(_ reference: CardReference) async throws(WalletStoreError) -> Card? {
        try await readers.read { try WalletTables.cards.one([reference.rawValue], in: $0) }
    }

    public func cards(of user: UserID) async throws(WalletStoreError) -> [Card] {
        try await readers.read {
            try WalletTables.cards.all("WHERE user = ? ORDER BY rowid", [user.rawValue], in: $0)
        }
    }

    public func cards(after reference: CardReference?, limit: Int) async throws(WalletStoreError) -> [Card] {
        try await readers.read {
            try WalletTables.cards.all(
                "WHERE reference > ? ORDER BY reference LIMIT ?",
                [reference?.rawValue ?? "", SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    public func card(of user: UserID, lookupTag: [UInt8]) async throws(WalletStoreError) -> Card? {
        try await readers.read {
            try WalletTables.cards.all(
                "WHERE user = ? AND lookup_tag = ? AND state <> 'removed'", [user.rawValue, blob(lookupTag)], in: $0
            ).first
        }
    }

    public func cards(
        of issuer: IssuerName, issuerCardReference: String
    ) async throws(WalletStoreError) -> [Card] {
        try await readers.read {
            try WalletTables.cards.all(
                "WHERE issuer_card = ? AND state <> 'removed' ORDER BY reference",
                [WalletTables.issuerCard(issuer, issuerCardReference)], in: $0)
        }
    }

    public func credential(_ id: CredentialID) async throws(WalletStoreError) -> Credential? {
        try await readers.read { try WalletTables.credentials.one([id.rawValue], in: $0) }
    }

    public func credentials(of user: UserID) async throws(WalletStoreError) -> [Credential] {
        try await readers.read {
            try WalletTables.credentials.all("WHERE user = ? ORDER BY rowid", [user.rawValue], in: $0)
        }
    }

    public func credentials(of card: CardReference) async throws(WalletStoreError) -> [Credential] {
        try await readers.read {
            try WalletTables.credentials.all("WHERE card = ? ORDER BY rowid", [card.rawValue], in: $0)
        }
    }

    public func credentials(on secureElement: SecureElementName) async throws(WalletStoreError) -> [Credential] {
        try await readers.read {
            try WalletTables.credentials.all(
                "WHERE secure_element = ? ORDER BY rowid", [secureElement.value], in: $0)
        }
    }

    public func credentials(
        in states: [Credential.State], limit: Int
    ) async throws(WalletStoreError) -> [Credential] {
        try await readers.read {
            try WalletTables.credentials.all(
                "WHERE state IN (SELECT value FROM json_each(?)) ORDER BY rowid LIMIT ?",
                [try json(states), SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    public func credentialsOutOfStep(limit: Int) async throws(WalletStoreError) -> [Credential] {
        try await readers.read {
            try WalletTables.credentials.all(
                "WHERE out_of_step = 1 ORDER BY rowid LIMIT ?", [SQLiteStore.pageEntries(limit)], in: $0)
        }
    }

    public func migration(_ id: MigrationID) async throws(WalletStoreError) -> Migration? {
        try await readers.read { try WalletTables.migrations.one([id.rawValue], in: $0) }
    }

    public func migrations(of user: UserID) async throws(WalletStoreError) -> [Migration] {
        try await readers.read {
            try WalletTables.migrations.all("WHERE user = ? ORDER BY rowid", [user.rawValue], in: $0)
        }
    }

    public func unfinishedMigrations(limit: Int) async throws(WalletStoreError) -> [Migration] {
        try await readers.read {
            try WalletTables.migrations.all(
                "WHERE state = 'running' ORDER BY rowid LIMIT ?", [SQLiteStore.pageEntries(limit)], in: $0)
        }
    }
}
