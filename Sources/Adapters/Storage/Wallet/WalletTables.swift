import GRDB
import Wallet

/// The tables of the wallet's records.
enum WalletTables {
    static let accounts = Table<Account>.kept(
        "account", kind: "account", key: ["id"], columns: ["id", "login"],
        values: { [$0.id.rawValue, $0.login.value] })

    static let devices = Table<Device>.kept(
        "device", kind: "device", key: ["id"], columns: ["id", "user", "secure_element", "state"],
        references: [.account],
        values: { [$0.id.rawValue, $0.user.rawValue, $0.secureElement.value, $0.state.rawValue] })

    static let sessions = Table<Session>.kept(
        "session", kind: "session", key: ["id"], columns: ["id", "digest", "user", "device", "over_at"],
        references: [.account, .device],
        values: {
            [
                $0.id.rawValue, blob($0.digest), $0.user.rawValue, $0.device.rawValue,
                min($0.revokedAt ?? $0.expiresAt, $0.expiresAt),
            ]
        })

    static let cards = Table<Card>.kept(
        "card", kind: "card", key: ["reference"], columns: ["reference", "user", "lookup_tag", "state", "issuer_card"],
        references: [.account],
        values: {
            [
                $0.reference.rawValue, $0.user.rawValue, blob($0.lookupTag), $0.state.rawValue,
                issuerCard($0.issuer, $0.issuerCardReference),
            ]
        })

    /// An issuer's name of a card, unlike that of any other issuer: no issuer has a slash in its name.
    static func issuerCard(_ issuer: IssuerName, _ reference: String) -> String { "\(issuer)/\(reference)" }

    static let credentials = Table<Credential>.kept(
        "credential", kind: "credential", key: ["id"],
        columns: ["id", "card", "user", "secure_element", "state", "out_of_step"],
        references: [.card, .account],
        values: {
            [
                $0.id.rawValue, $0.card.rawValue, $0.user.rawValue, $0.secureElement.value, $0.state.rawValue,
                $0.isOutOfStep ? 1 : 0,
            ]
        })

    static let migrations = Table<Migration>.kept(
        "migration", kind: "migration", key: ["id"], columns: ["id", "user", "state"], references: [.account],
        values: { [$0.id.rawValue, $0.user.rawValue, $0.state.rawValue] })

    static let tokens = Table<Token>.kept(
        "token", kind: "token", key: ["reference"],
        columns: ["reference", "number", "credential", "function", "phase"], references: [.credential],
        values: {
            [
                $0.reference.rawValue, $0.number.digits, $0.credential.rawValue, $0.function.rawValue,
                $0.phase.rawValue,
            ]
        })

    static let payments = Table<PaymentRecord>.kept(
        "payment", kind: "payment", key: ["acquirer", "reference"],
        columns: ["acquirer", "reference", "token", "counter", "user", "settled", "created_at"],
        references: [.token, .account],
        values: {
            [
                $0.acquirer.value, $0.transaction, $0.token?.rawValue, $0.counter, $0.user?.rawValue,
                $0.isSettled ? 1 : 0, $0.createdAt,
            ]
        })

    static let idempotencyRecords = Table<IdempotencyRecord>(
        "idempotency_record", kind: "request", key: ["scope", "key"],
        columns: ["scope", "key", "request_digest", "sealed_answer", "created_at", "revision"],
        read: {
            IdempotencyRecord(
                scope: try $0.text(), key: try $0.text(), requestDigest: try $0.bytes(),
                sealedAnswer: try $0.optionalBytes(), createdAt: try $0.integer(), revision: try $0.number())
        },
        values: {
            [$0.scope, $0.key, blob($0.requestDigest), $0.sealedAnswer.map(blob), $0.createdAt, $0.revision]
        })

    static let auditEntries = Table<AuditEntry>(
        "audit_entry", kind: "audit entry", key: ["number"],
        columns: ["at", "actor", "action", "user", "subject", "detail"],
        read: { row in
            let (at, actor, action) = (try row.integer(), try row.text(), try row.text())
            let user = try row.optionalText().map { UserID(unchecked: $0) }
            return AuditEntry(
                at: at, actor: actor, action: action, user: user, subject: try row.text(), detail: try row.text())
        },
        values: { [$0.at, $0.actor, $0.action, $0.user?.rawValue, $0.subject, $0.detail] })
}

extension Table where Record: RevisedRecord & Codable {
    /// A table of records that are kept whole as JSON, beside their revision and the columns they are looked up by.
    static func kept(
        _ name: String, kind: String, key: [String], columns: [String], references: [Reference] = [],
        values: @escaping @Sendable (Record) -> [Column]
    ) -> Table {
        Table(
            name, kind: kind, key: key, columns: columns + ["revision", "record"], references: references,
            read: { row in
                for _ in 0...columns.count { row.skip() }
                return try row.json()
            },
            values: { values($0) + [$0.revision, try json($0)] })
    }
}

extension Table where Record: RevisedRecord {
    /// Inserts a record that is new, or replaces the version that it was made from.
    func commit(_ record: Record, in database: Database) throws {
        if record.revision == 0 {
            try insert(record.committed, into: database)
        } else {
            try replace(record.committed, revision: record.revision, in: database)
        }
    }
}

extension Table.Reference {
    fileprivate static var account: Self { .init(kind: "account", table: "account", key: "id", column: "user") }
    fileprivate static var device: Self { .init(kind: "device", table: "device", key: "id", column: "device") }
    fileprivate static var card: Self { .init(kind: "card", table: "card", key: "reference", column: "card") }
    fileprivate static var credential: Self {
        .init(kind: "credential", table: "credential", key: "id", column: "credential")
    }
    fileprivate static var token: Self { .init(kind: "token", table: "token", key: "reference", column: "token") }
}
