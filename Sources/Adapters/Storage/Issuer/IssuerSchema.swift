import GRDB

/// The issuer's tables, by migration. A migration that has been released is never edited; the next one follows it.
///
/// Keys, and what is searched by, are columns; the rest of a record is kept whole as JSON beside them
/// (docs/decisions/0007-columns-and-json.md).
enum IssuerSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-accounts-bindings-transactions") { try $0.execute(sql: tables) }
        // A confirmation expires, so it is signed anew whenever it is asked for.
        migrator.registerMigration("0002-confirmations") {
            try $0.execute(sql: "ALTER TABLE binding DROP COLUMN confirmation")
        }
        migrator.registerMigration("0003-transactions-of-acquirers") { try $0.execute(sql: acquirers) }
        return migrator
    }

    private static let tables = """
        CREATE TABLE wallet (name TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE cardholder (
            id TEXT NOT NULL PRIMARY KEY,
            sealed_details BLOB NOT NULL,
            registered_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE card (
            reference TEXT NOT NULL PRIMARY KEY,
            cardholder TEXT NOT NULL REFERENCES cardholder,
            sealed_number BLOB NOT NULL,
            number_tag BLOB NOT NULL UNIQUE,
            issuer_identification TEXT NOT NULL,
            last_four TEXT NOT NULL,
            expiry TEXT NOT NULL,
            sequence_number INTEGER NOT NULL,
            type TEXT NOT NULL,
            state TEXT NOT NULL,
            enrollment TEXT NOT NULL,
            label TEXT NOT NULL,
            currency INTEGER NOT NULL,
            balance INTEGER NOT NULL,
            credit_limit INTEGER NOT NULL,
            chip_transaction_counter INTEGER,
            issued_at INTEGER NOT NULL,
            CHECK (balance >= -credit_limit)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE verification (
            id TEXT NOT NULL PRIMARY KEY,
            card TEXT NOT NULL REFERENCES card,
            expires_at INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE attempts (
            subject TEXT NOT NULL PRIMARY KEY,
            count INTEGER NOT NULL,
            started_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE recognized_user (
            card TEXT NOT NULL REFERENCES card,
            wallet TEXT NOT NULL REFERENCES wallet,
            user TEXT NOT NULL,
            recognized_at INTEGER NOT NULL,
            PRIMARY KEY (card, wallet, user)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE pending_message (
            verification TEXT NOT NULL PRIMARY KEY,
            sealed_message BLOB NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE binding (
            id TEXT NOT NULL PRIMARY KEY,
            card TEXT NOT NULL REFERENCES card,
            wallet TEXT NOT NULL REFERENCES wallet,
            user TEXT NOT NULL,
            secure_element TEXT NOT NULL,
            bound_at INTEGER NOT NULL,
            confirmation TEXT NOT NULL,
            UNIQUE (card, wallet, user, secure_element)
        ) STRICT;

        CREATE TABLE used_assertion (
            wallet TEXT NOT NULL REFERENCES wallet,
            name TEXT NOT NULL,
            purpose TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (wallet, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE token_counter (
            card TEXT NOT NULL REFERENCES card,
            token TEXT NOT NULL,
            counter INTEGER NOT NULL,
            PRIMARY KEY (card, token)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE payment_transaction (
            wallet TEXT NOT NULL REFERENCES wallet,
            name TEXT NOT NULL,
            card TEXT,
            answered_at INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (wallet, name)
        ) STRICT;
        CREATE INDEX transaction_of_card ON payment_transaction (card);

        CREATE TABLE kept_answer (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            request_digest BLOB NOT NULL,
            sealed_answer BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE credential (
            digest BLOB NOT NULL PRIMARY KEY,
            holder_kind TEXT NOT NULL,
            holder TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit_entry (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            card TEXT,
            detail TEXT NOT NULL
        ) STRICT;
        """

    /// A transaction is named by a wallet or by an acquirer, which is no wallet.
    private static let acquirers = """
        CREATE TABLE named_transaction (
            wallet TEXT NOT NULL,
            name TEXT NOT NULL,
            card TEXT,
            answered_at INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (wallet, name)
        ) STRICT;
        INSERT INTO named_transaction
            SELECT wallet, name, card, answered_at, record FROM payment_transaction ORDER BY rowid;
        DROP TABLE payment_transaction;
        ALTER TABLE named_transaction RENAME TO payment_transaction;
        CREATE INDEX transaction_of_card ON payment_transaction (card);
        """
}
