import GRDB
public import Payments
public import SmartCardVerification

/// The tables of smart cards.
enum SmartCardTables {
    static let cards = Table<SmartCard>.kept(
        "smart_card", kind: "smart card", key: ["identification"], columns: ["identification", "account"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "account")],
        values: { [$0.identification.text, $0.account.rawValue] })

    static let cardData = Table<AccountCardData>.kept(
        "account_card_data", kind: "card data", key: ["account", "card"], columns: ["account", "card"],
        references: [.init(kind: "smart card", table: "smart_card", key: "identification", column: "card")],
        values: { [$0.account.rawValue, $0.card.text] })

    static let challenges = Table<CardChallenge>.kept(
        "card_challenge", kind: "challenge", key: ["terminal", "place"], columns: ["terminal", "place", "issued_at"],
        values: { [$0.terminal.value, $0.place, $0.issuedAt] })

    static let failures = Table<CardFailures>.kept(
        "card_failures", kind: "failures", key: ["card", "terminal"], columns: ["card", "terminal", "last_at"],
        values: { [$0.card.text, $0.terminal.value, $0.lastAt] })

    static let payments = Table<CardPayment>.kept(
        "card_payment", kind: "card payment", key: ["terminal", "transaction_name"],
        columns: ["terminal", "transaction_name", "decided_at"],
        values: { [$0.terminal.value, $0.transaction, $0.decidedAt] })

    static let schema = """
        CREATE TABLE smart_card (
            identification TEXT NOT NULL PRIMARY KEY,
            account TEXT NOT NULL REFERENCES ledger_account,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX smart_card_of_account ON smart_card (account);

        CREATE TABLE account_card_data (
            account TEXT NOT NULL,
            card TEXT NOT NULL REFERENCES smart_card,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (account, card)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE card_challenge (
            terminal TEXT NOT NULL,
            place INTEGER NOT NULL,
            issued_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (terminal, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX card_challenge_issued ON card_challenge (issued_at);

        CREATE TABLE card_failures (
            card TEXT NOT NULL,
            terminal TEXT NOT NULL,
            last_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (card, terminal)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX card_failures_last ON card_failures (last_at);

        CREATE TABLE card_payment (
            terminal TEXT NOT NULL,
            transaction_name TEXT NOT NULL,
            decided_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (terminal, transaction_name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX card_payment_decided ON card_payment (decided_at);
        """

    /// Of what is over since before a time. A transaction's transfer stays in the ledger under its name.
    static let forgetting = [
        "DELETE FROM card_challenge WHERE issued_at < ?",
        "DELETE FROM card_failures WHERE last_at < ?",
        "DELETE FROM card_payment WHERE decided_at < ?",
    ]
}

extension SQLitePaymentStore {
    public func smartCard(_ card: SmartCardIdentification) async throws(PaymentStoreError) -> SmartCard? {
        try await readers.read { try SmartCardTables.cards.one([card.text], in: $0) }
    }

    public func smartCards(of account: AccountID) async throws(PaymentStoreError) -> [SmartCard] {
        try await readers.read {
            try SmartCardTables.cards.all(
                "WHERE account = ? ORDER BY identification", [account.rawValue], in: $0)
        }
    }

    public func cardData(
        of account: AccountID, card: SmartCardIdentification
    ) async throws(PaymentStoreError) -> AccountCardData? {
        try await readers.read { try SmartCardTables.cardData.one([account.rawValue, card.text], in: $0) }
    }

    public func cardChallenges(of terminal: PartyName) async throws(PaymentStoreError) -> [CardChallenge] {
        try await readers.read {
            try SmartCardTables.challenges.all("WHERE terminal = ? ORDER BY place", [terminal.value], in: $0)
        }
    }

    public func cardFailures(
        of card: SmartCardIdentification, at terminal: PartyName
    ) async throws(PaymentStoreError) -> CardFailures? {
        try await readers.read { try SmartCardTables.failures.one([card.text, terminal.value], in: $0) }
    }

    public func cardPayment(
        terminal: PartyName, transaction: String
    ) async throws(PaymentStoreError) -> CardPayment? {
        try await readers.read { try SmartCardTables.payments.one([terminal.value, transaction], in: $0) }
    }
}
