import GRDB

/// The tables, by migration. A migration that has been released is never edited; the next one follows it.
///
/// Everything that is looked up, joined or counted per secure element is a column. Two records are kept whole as JSON
/// beside their keys: service definitions and communications, whose parts nobody queries
/// (docs/decisions/0007-columns-and-json.md).
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-directory-and-journal") { database in
            try database.execute(sql: directory)
            try database.execute(sql: journal)
        }
        migrator.registerMigration("0002-configurations-and-batches") { try $0.execute(sql: configurations) }
        migrator.registerMigration("0003-delegated-management") { try $0.execute(sql: delegation) }
        return migrator
    }

    private static let directory = """
        CREATE TABLE mobile_network (name TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;

        CREATE TABLE service_provider (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            temporary_master_key INTEGER NOT NULL,
            transport_key TEXT NOT NULL,
            number INTEGER NOT NULL UNIQUE,
            registered_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE service (
            number INTEGER NOT NULL,
            version TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (number, version)
        ) STRICT;

        CREATE TABLE secure_element (
            id TEXT NOT NULL PRIMARY KEY,
            mobile_network TEXT NOT NULL REFERENCES mobile_network,
            profile_id TEXT NOT NULL,
            type TEXT NOT NULL,
            standard_name TEXT NOT NULL,
            standard_version TEXT NOT NULL,
            certification_level INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            central_aid BLOB NOT NULL,
            central_master_key INTEGER NOT NULL,
            central_key_version INTEGER NOT NULL,
            central_key_diversification_data BLOB NOT NULL,
            central_sequence_counter INTEGER NOT NULL,
            central_implementation INTEGER NOT NULL,
            registered_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE subscription (
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            secure_element TEXT NOT NULL REFERENCES secure_element,
            PRIMARY KEY (kind, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX subscription_of_secure_element ON subscription (secure_element);

        CREATE TABLE security_domain (
            secure_element TEXT NOT NULL REFERENCES secure_element,
            provider TEXT NOT NULL REFERENCES service_provider,
            aid BLOB NOT NULL,
            custody TEXT NOT NULL,
            master_key INTEGER,
            key_version INTEGER,
            key_diversification_data BLOB,
            sequence_counter INTEGER NOT NULL,
            PRIMARY KEY (secure_element, provider)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE service_instance (
            secure_element TEXT NOT NULL REFERENCES secure_element,
            service_number INTEGER NOT NULL,
            service_version TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            payment_reference_number TEXT NOT NULL,
            provider TEXT NOT NULL REFERENCES service_provider,
            instance BLOB NOT NULL,
            security_domain BLOB NOT NULL,
            status TEXT NOT NULL,
            status_before_lock TEXT,
            PRIMARY KEY (secure_element, service_number, service_version, provider_name, payment_reference_number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE credential (
            digest BLOB NOT NULL PRIMARY KEY,
            holder_kind TEXT NOT NULL,
            holder TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    private static let journal = """
        CREATE TABLE communication (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            secure_element TEXT NOT NULL REFERENCES secure_element,
            provider TEXT NOT NULL REFERENCES service_provider,
            record TEXT NOT NULL
        ) STRICT;

        -- AUTOINCREMENT: a number is the order number on the device leg and is never given twice.
        CREATE TABLE execution (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            secure_element TEXT NOT NULL REFERENCES secure_element,
            provider TEXT,
            communication TEXT,
            service_number INTEGER,
            service_version TEXT,
            provider_name TEXT,
            payment_reference_number TEXT,
            purpose TEXT NOT NULL,
            mobile_network TEXT NOT NULL,
            state TEXT NOT NULL,
            sealed_plan BLOB NOT NULL,
            sealed_report BLOB,
            sealed_outcome BLOB,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX execution_unsettled ON execution (secure_element, number) WHERE state <> 'settled';

        CREATE TABLE idempotency_record (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            request_digest BLOB NOT NULL,
            executions TEXT NOT NULL,
            sealed_answer BLOB,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT;

        CREATE TABLE audit_entry (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            secure_element TEXT,
            detail TEXT NOT NULL
        ) STRICT;
        """

    /// Cards of before are embedded ones; a batch of before is known by the cards that came from it.
    private static let configurations = """
        ALTER TABLE secure_element ADD COLUMN configuration TEXT NOT NULL DEFAULT 'embedded';
        ALTER TABLE secure_element ADD COLUMN management_role TEXT NOT NULL DEFAULT 'central';
        ALTER TABLE secure_element ADD COLUMN issuer_aid BLOB;
        ALTER TABLE secure_element ADD COLUMN issuer_master_key INTEGER;
        ALTER TABLE secure_element ADD COLUMN issuer_key_version INTEGER;
        ALTER TABLE secure_element ADD COLUMN issuer_key_diversification_data BLOB;
        ALTER TABLE secure_element ADD COLUMN issuer_sequence_counter INTEGER;
        ALTER TABLE secure_element ADD COLUMN issuer_implementation INTEGER;
        ALTER TABLE secure_element ADD COLUMN life_cycle TEXT NOT NULL DEFAULT 'operational';

        CREATE TABLE card_batch (
            master_key INTEGER NOT NULL PRIMARY KEY,
            label TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO card_batch
            SELECT central_master_key, 'batch ' || central_master_key, min(registered_at)
            FROM secure_element GROUP BY central_master_key;
        """

    private static let delegation = """
        CREATE TABLE delegation_policy (
            provider TEXT NOT NULL PRIMARY KEY REFERENCES service_provider,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE card_delegation (
            secure_element TEXT NOT NULL PRIMARY KEY REFERENCES secure_element,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE delegated_content (
            secure_element TEXT NOT NULL REFERENCES secure_element,
            aid BLOB NOT NULL,
            provider TEXT NOT NULL REFERENCES service_provider,
            record TEXT NOT NULL,
            PRIMARY KEY (secure_element, aid)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE approval (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            secure_element TEXT NOT NULL REFERENCES secure_element,
            provider TEXT NOT NULL REFERENCES service_provider,
            state TEXT NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX approval_open ON approval (secure_element) WHERE state = 'open';
        """
}
