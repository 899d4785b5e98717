import GRDB

/// The merchant platform's tables, by migration. A migration that has been released is never edited; the next one follows
/// it.
///
/// Keys, and what is searched by, are columns; the rest of a record is kept whole as JSON beside them
/// (docs/decisions/0007-columns-and-json.md).
enum MerchantSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-tags-objects-offers") { try $0.execute(sql: tables + rewards + requests) }
        return migrator
    }

    private static let tables = """
        CREATE TABLE merchant (id TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE pay_tag (
            reference TEXT NOT NULL PRIMARY KEY,
            tag_id BLOB NOT NULL UNIQUE,
            merchant TEXT NOT NULL REFERENCES merchant,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tag_of_merchant ON pay_tag (merchant, reference);

        CREATE TABLE target_object (
            id TEXT NOT NULL PRIMARY KEY,
            merchant TEXT NOT NULL REFERENCES merchant,
            stock INTEGER,
            record TEXT NOT NULL,
            CHECK (stock >= 0)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX object_of_merchant ON target_object (merchant, id);

        CREATE TABLE platform_user (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            reward_account TEXT,
            registered_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE instruction (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            merchant TEXT NOT NULL REFERENCES merchant,
            reference TEXT NOT NULL,
            user TEXT REFERENCES platform_user,
            state TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX instruction_of_merchant ON instruction (merchant, number);
        CREATE INDEX instruction_of_reference ON instruction (reference, expires_at);
        CREATE INDEX instruction_of_user ON instruction (user, number) WHERE user IS NOT NULL;
        CREATE INDEX silent_order ON instruction (expires_at) WHERE user IS NOT NULL AND state = 'open';

        CREATE TABLE user_relation (
            lower TEXT NOT NULL REFERENCES platform_user,
            upper TEXT NOT NULL REFERENCES platform_user,
            record TEXT NOT NULL,
            PRIMARY KEY (lower, upper),
            CHECK (lower < upper)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX relation_of_upper ON user_relation (upper);

        """

    private static let rewards = """
        CREATE TABLE offer (
            id TEXT NOT NULL PRIMARY KEY,
            merchant TEXT NOT NULL REFERENCES merchant,
            budget INTEGER NOT NULL,
            rewarded INTEGER NOT NULL,
            record TEXT NOT NULL,
            CHECK (rewarded BETWEEN 0 AND budget)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX offer_of_merchant ON offer (merchant, id);

        CREATE TABLE coupon (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            offer TEXT NOT NULL REFERENCES offer,
            first_user TEXT NOT NULL REFERENCES platform_user,
            second_user TEXT NOT NULL REFERENCES platform_user,
            record TEXT NOT NULL,
            UNIQUE (offer, second_user),
            CHECK (first_user <> second_user)
        ) STRICT;
        CREATE INDEX coupon_of_first ON coupon (first_user, offer);
        CREATE INDEX coupon_of_second ON coupon (second_user, number);

        CREATE TABLE presentation (
            digest BLOB NOT NULL PRIMARY KEY,
            coupon TEXT NOT NULL,
            user TEXT NOT NULL REFERENCES platform_user,
            presented_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX presentation_of_coupon ON presentation (coupon);

        CREATE TABLE coupon_use (
            merchant TEXT NOT NULL REFERENCES merchant,
            use TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (merchant, use)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reward (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            coupon TEXT NOT NULL,
            second_user TEXT NOT NULL,
            use TEXT NOT NULL,
            first_user TEXT NOT NULL REFERENCES platform_user,
            is_promised INTEGER NOT NULL,
            has_accounts INTEGER NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (coupon, second_user, use)
        ) STRICT;
        CREATE INDEX reward_of_first ON reward (first_user, number);
        CREATE INDEX promised_reward ON reward (number) WHERE is_promised = 1;

        CREATE TABLE reward_link (
            digest BLOB NOT NULL PRIMARY KEY,
            reward TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX link_of_reward ON reward_link (reward);

        CREATE TABLE pending_notification (
            reward TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL,
            sealed_link BLOB NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        """

    private static let requests = """
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
            detail TEXT NOT NULL
        ) STRICT;
        """
}
