import GRDB

/// The tables of the wallet, by migration; a migration that has been released is never edited.
///
/// Of every record the whole as JSON, and beside it in columns what it is looked up by
/// (docs/decisions/0007-columns-and-json.md). Order of creation is the order of row identifiers.
enum WalletSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-wallet") { database in
            try database.execute(sql: accounts)
            try database.execute(sql: cards)
            try database.execute(sql: tokens)
            try database.execute(sql: journal)
        }
        migrator.registerMigration("0002-tries") { database in
            try database.execute(
                sql: "CREATE INDEX audit_entry_of_action ON audit_entry (user, action, at) WHERE user IS NOT NULL")
        }
        migrator.registerMigration("0003-suspensions") { try $0.execute(sql: suspensions) }
        return migrator
    }

    private static let accounts = """
        CREATE TABLE account (
            id TEXT NOT NULL PRIMARY KEY,
            login TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;

        CREATE TABLE device (
            id TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES account,
            secure_element TEXT NOT NULL,
            state TEXT NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX device_of_user ON device (user);
        CREATE UNIQUE INDEX device_in_use ON device (user, secure_element) WHERE state <> 'removed';

        CREATE TABLE session (
            id TEXT NOT NULL PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            user TEXT NOT NULL REFERENCES account,
            device TEXT NOT NULL REFERENCES device,
            over_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX session_of_user ON session (user);
        CREATE INDEX session_over ON session (over_at);
        """

    private static let cards = """
        CREATE TABLE card (
            reference TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES account,
            lookup_tag BLOB NOT NULL,
            state TEXT NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX card_of_user ON card (user);
        CREATE UNIQUE INDEX card_in_use ON card (user, lookup_tag) WHERE state <> 'removed';

        CREATE TABLE credential (
            id TEXT NOT NULL PRIMARY KEY,
            card TEXT NOT NULL REFERENCES card,
            user TEXT NOT NULL REFERENCES account,
            secure_element TEXT NOT NULL,
            state TEXT NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX credential_of_user ON credential (user);
        CREATE INDEX credential_of_card ON credential (card);
        CREATE INDEX credential_on_secure_element ON credential (secure_element);
        CREATE INDEX credential_in_state ON credential (state);
        CREATE UNIQUE INDEX credential_in_use ON credential (card, secure_element) WHERE state <> 'removed';

        CREATE TABLE migration (
            id TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES account,
            state TEXT NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX migration_of_user ON migration (user);
        CREATE INDEX migration_in_state ON migration (state);
        """

    /// A counter of a token is used by one payment: ATC never twice.
    private static let tokens = """
        CREATE TABLE token (
            reference TEXT NOT NULL PRIMARY KEY,
            number TEXT NOT NULL UNIQUE,
            credential TEXT NOT NULL REFERENCES credential,
            function TEXT NOT NULL,
            phase TEXT NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX token_of_credential ON token (credential);
        CREATE UNIQUE INDEX token_in_use ON token (credential, function) WHERE phase <> 'deleted';

        CREATE TABLE payment (
            acquirer TEXT NOT NULL,
            reference TEXT NOT NULL,
            token TEXT REFERENCES token,
            counter INTEGER,
            user TEXT REFERENCES account,
            settled INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (acquirer, reference)
        ) STRICT;
        CREATE INDEX payment_of_user ON payment (user);
        CREATE INDEX payment_unsettled ON payment (settled) WHERE settled = 0;
        CREATE INDEX payment_settled_at ON payment (created_at) WHERE settled = 1;
        CREATE UNIQUE INDEX payment_of_counter ON payment (token, counter) WHERE counter IS NOT NULL;
        """

    private static let journal = """
        CREATE TABLE idempotency_record (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            request_digest BLOB NOT NULL,
            sealed_answer BLOB,
            created_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT;
        CREATE INDEX idempotency_record_created ON idempotency_record (created_at);

        CREATE TABLE audit_entry (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            user TEXT,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_entry_of_user ON audit_entry (user);
        CREATE INDEX audit_entry_at ON audit_entry (at);
        """

    /// Cards are found by their issuers' names of them, credentials by what is still to be done in secure elements.
    private static let suspensions = """
        ALTER TABLE card ADD COLUMN issuer_card TEXT NOT NULL DEFAULT '';
        UPDATE card SET
            issuer_card = json_extract(record, '$.issuer.value') || '/' || json_extract(record, '$.issuerCardReference'),
            record = json_set(record, '$.suspenders', json('[]'));
        CREATE INDEX card_of_issuer ON card (issuer_card, reference) WHERE state <> 'removed';

        ALTER TABLE credential ADD COLUMN out_of_step INTEGER NOT NULL DEFAULT 0;
        UPDATE credential SET record = json_set(record, '$.isOutOfStep', json('false'));
        CREATE INDEX credential_out_of_step ON credential (out_of_step) WHERE out_of_step = 1;
        """
}
