import GRDB
import Payments

/// The tables of those whom the payment server knows.
enum PartyTables {
    static let payers = Table<Payer>.kept(
        "payer", kind: "payer", key: ["account"], columns: ["account", "device"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "account")],
        values: { [$0.account.rawValue, $0.device.name] })

    static let platforms = Table<Platform>.kept(
        "platform", kind: "platform", key: ["name"], columns: ["name"], values: { [$0.name.value] })

    static let terminals = Table<Terminal>.kept(
        "terminal", kind: "terminal", key: ["name"], columns: ["name", "payee"],
        references: [.init(kind: "account", table: "ledger_account", key: "id", column: "payee")],
        values: { [$0.name.value, $0.payee.rawValue] })

    static let signingKeys = Table<SigningKey>(
        "signing_key", kind: "key", key: ["name"], columns: ["name", "holder_kind", "holder", "record"],
        read: {
            for _ in 0..<3 { $0.skip() }
            return try $0.json()
        },
        values: { [$0.name, $0.holder.kind, $0.holder.name.value, try json($0)] })

    static let credentials = Table<AccessCredential>(
        "credential", kind: "credential", key: ["digest"],
        columns: ["digest", "holder_kind", "holder", "created_at", "revoked_at"],
        read: {
            AccessCredential(
                digest: try $0.bytes(), holder: try $0.credentialHolder(), createdAt: try $0.integer(),
                revokedAt: try $0.optionalInteger())
        },
        values: { [blob($0.digest), $0.holder.parts.kind, $0.holder.parts.name, $0.createdAt, $0.revokedAt] })

    static func revokeCredentials(of holder: CredentialHolder, at time: Int64, in database: Database) throws {
        let (kind, name) = holder.parts
        try database.execute(
            sql: "UPDATE credential SET revoked_at = ? WHERE holder_kind = ? AND holder = ? AND revoked_at IS NULL",
            arguments: [time, kind, name])
    }

    static let schema = """
        CREATE TABLE payer (
            account TEXT NOT NULL PRIMARY KEY REFERENCES ledger_account,
            device TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;

        CREATE TABLE platform (
            name TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE terminal (
            name TEXT NOT NULL PRIMARY KEY,
            payee TEXT NOT NULL REFERENCES ledger_account,
            revision INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;

        CREATE TABLE signing_key (
            name TEXT NOT NULL PRIMARY KEY,
            holder_kind TEXT NOT NULL,
            holder TEXT NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX signing_key_of_holder ON signing_key (holder_kind, holder);

        CREATE TABLE credential (
            digest BLOB NOT NULL PRIMARY KEY,
            holder_kind TEXT NOT NULL,
            holder TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX credential_of_holder ON credential (holder_kind, holder) WHERE revoked_at IS NULL;
        CREATE INDEX credential_revoked ON credential (revoked_at) WHERE revoked_at IS NOT NULL;
        """
}

extension SigningKey.Holder {
    var kind: String {
        switch self {
        case .platform: "platform"
        case .terminal: "terminal"
        }
    }
}

extension CredentialHolder {
    fileprivate var parts: (kind: String, name: String) {
        switch self {
        case .operator: ("operator", "")
        case .payer(let account): ("payer", account.rawValue)
        case .platform(let name): ("platform", name.value)
        case .terminal(let name): ("terminal", name.value)
        }
    }
}

extension RowReader {
    /// holder_kind | holder
    fileprivate mutating func credentialHolder() throws -> CredentialHolder {
        let (kind, name) = (try text(), try text())
        return try made {
            switch (kind, PartyName(name)) {
            case ("operator", _): return .operator
            case ("payer", _): return .payer(AccountID(unchecked: name))
            case ("platform", let name?): return .platform(name)
            case ("terminal", let name?): return .terminal(name)
            default: throw RecordError.failed("no holder")
            }
        }
    }
}
