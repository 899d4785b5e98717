import Foundation
import GRDB
import ISO4217
import Payments

/// The tables of the ledger. A transfer is inserted and never changed; an account's sums change with it.
enum LedgerTables {
    static let accounts = Table<LedgerAccount>(
        "ledger_account", kind: "account", key: ["id"], columns: accountColumns, read: { try LedgerAccount(&$0) },
        values: { $0.columns })

    static let transfers = Table<RecordedTransfer>(
        "transfer", kind: "transfer", key: ["number"], columns: transferColumns,
        read: { try RecordedTransfer(&$0) }, values: { $0.columns })

    private static let transferColumns = [
        "number", "id", "at", "debit", "credit", "amount", "currency", "code", "phase", "pending", "timeout_seconds",
        "linked", "reference",
    ]

    /// With the transfers before it on both accounts.
    static let chainedTransfers = Table<ChainedTransfer>(
        "transfer", kind: "transfer", key: ["number"], columns: transferColumns + ["debit_before", "credit_before"],
        read: {
            ChainedTransfer(
                recorded: try RecordedTransfer(&$0), debitBefore: try $0.optionalInteger(),
                creditBefore: try $0.optionalInteger())
        }, values: { $0.recorded.columns + [$0.debitBefore, $0.creditBefore] })

    /// With the newest transfer on it.
    static let chainedAccounts = Table<ChainedAccount>(
        "ledger_account", kind: "account", key: ["id"], columns: accountColumns + ["last_transfer"],
        read: { ChainedAccount(account: try LedgerAccount(&$0), lastTransfer: try $0.optionalInteger()) },
        values: { $0.account.columns + [$0.lastTransfer] })

    private static let accountColumns = [
        "id", "kind", "currency", "overdraft_limit", "label", "created_at", "closed_at", "debits_posted",
        "credits_posted", "debits_pending", "credits_pending",
    ]

    static let pendings = Table<PendingTransfer>(
        "pending_transfer", kind: "reservation", key: ["id"], columns: ["id", "expires_at", "state"],
        read: {
            PendingTransfer(id: try $0.transferID(), expiresAt: try $0.optionalInteger(), state: try $0.choice())
        },
        values: { [blob($0.id.bytes), $0.expiresAt, $0.state.rawValue] })

    static func open(_ account: LedgerAccount, in database: Database) throws {
        guard account.isSettled, account.debitsPosted == 0, account.closedAt == nil else {
            throw PaymentStoreError.failed("a new account has no sums")
        }
        try accounts.insert(account, into: database)
    }

    static func close(_ id: AccountID, at time: Int64, in database: Database) throws {
        guard var account = try accounts.one([id.rawValue], in: database) else {
            throw accounts.missing([id.rawValue])
        }
        guard account.closedAt == nil else { return }
        guard account.isSettled else { throw PaymentStoreError.accountInUse(id) }
        account.closedAt = time
        try accounts.update(account, in: database)
    }

    /// The rules are checked before anything is written; the table holds to them all the same.
    static let schema = """
        CREATE TABLE ledger_account (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            currency TEXT NOT NULL,
            overdraft_limit INTEGER,
            label TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            closed_at INTEGER,
            debits_posted INTEGER NOT NULL CHECK (debits_posted >= 0),
            credits_posted INTEGER NOT NULL CHECK (credits_posted >= 0),
            debits_pending INTEGER NOT NULL CHECK (debits_pending >= 0),
            credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE transfer (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE,
            at INTEGER NOT NULL,
            debit TEXT NOT NULL,
            credit TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL,
            code INTEGER NOT NULL,
            phase TEXT NOT NULL,
            pending BLOB,
            timeout_seconds INTEGER,
            linked INTEGER NOT NULL,
            reference TEXT NOT NULL,
            CHECK (debit <> credit)
        ) STRICT;
        CREATE INDEX transfer_debit ON transfer (debit);
        CREATE INDEX transfer_credit ON transfer (credit);
        CREATE TRIGGER transfer_is_not_changed BEFORE UPDATE ON transfer
            BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
        CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
            BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;

        CREATE TABLE pending_transfer (
            id BLOB NOT NULL PRIMARY KEY,
            expires_at INTEGER,
            state TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX pending_transfer_expires ON pending_transfer (expires_at)
            WHERE state = 'pending' AND expires_at IS NOT NULL;
        """
}

// MARK: - Chains

/// A transfer with the transfers before it on its two accounts: an account's movements are walked from the newest back, and
/// no index grows with every one of them.
struct ChainedTransfer: Sendable {
    let recorded: RecordedTransfer
    let debitBefore: Int64?
    let creditBefore: Int64?

    /// The one before it on an account that it moves.
    func before(on account: AccountID) -> Int64? {
        recorded.transfer.debit == account ? debitBefore : creditBefore
    }
}

/// An account with the newest transfer on it.
struct ChainedAccount: Sendable {
    var account: LedgerAccount
    var lastTransfer: Int64?
}

extension LedgerTables {
    /// Chains take the place of two indexes. Nothing is ever deleted, so the next number is the largest and one, and no table
    /// has to remember it: a transfer changes as few pages as it can.
    static let chains = """
        CREATE TABLE movement (
            account TEXT NOT NULL,
            number INTEGER NOT NULL,
            before INTEGER,
            PRIMARY KEY (account, number)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO movement
            SELECT account, number, lag(number) OVER (PARTITION BY account ORDER BY number) FROM
                (SELECT debit AS account, number FROM transfer UNION ALL SELECT credit, number FROM transfer);

        CREATE TABLE chained_transfer (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            at INTEGER NOT NULL,
            debit TEXT NOT NULL,
            credit TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL,
            code INTEGER NOT NULL,
            phase TEXT NOT NULL,
            pending BLOB,
            timeout_seconds INTEGER,
            linked INTEGER NOT NULL,
            reference TEXT NOT NULL,
            debit_before INTEGER,
            credit_before INTEGER,
            CHECK (debit <> credit)
        ) STRICT;
        INSERT INTO chained_transfer
            SELECT transfer.*, debited.before, credited.before FROM transfer
                JOIN movement AS debited ON debited.account = debit AND debited.number = transfer.number
                JOIN movement AS credited ON credited.account = credit AND credited.number = transfer.number
                ORDER BY transfer.number;
        DROP TABLE transfer;
        ALTER TABLE chained_transfer RENAME TO transfer;
        CREATE TRIGGER transfer_is_not_changed BEFORE UPDATE ON transfer
            BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
        CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
            BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;

        ALTER TABLE ledger_account ADD COLUMN last_transfer INTEGER;
        UPDATE ledger_account SET last_transfer = (SELECT max(number) FROM movement WHERE account = id);
        DROP TABLE movement;
        """

    /// The newest transfers on an account, those before a number.
    static func transfers(
        of account: AccountID, before number: Int64?, limit: Int, in database: Database
    ) throws -> [RecordedTransfer] {
        var found: [RecordedTransfer] = []
        var next = try chainedAccounts.one([account.rawValue], in: database)?.lastTransfer
        if let number, let start = try chainedTransfers.one([number], in: database),
            [start.recorded.transfer.debit, start.recorded.transfer.credit].contains(account)
        {
            next = start.before(on: account)
        }
        while let this = next, found.count < limit, let link = try chainedTransfers.one([this], in: database) {
            if this < number ?? .max { found.append(link.recorded) }
            next = link.before(on: account)
        }
        return found
    }
}

// MARK: - Rows

extension LedgerAccount {
    fileprivate var columns: [Column] {
        [
            id.rawValue, kind.rawValue, currency.code, overdraft.limit, label, createdAt, closedAt, debitsPosted,
            creditsPosted, debitsPending, creditsPending,
        ]
    }

    fileprivate init(_ row: inout RowReader) throws {
        self.init(
            id: AccountID(unchecked: try row.text()), kind: try row.choice(), currency: try row.currency(),
            overdraft: try row.overdraft(), label: try row.text(), createdAt: try row.integer(),
            closedAt: try row.optionalInteger(), debitsPosted: try row.integer(), creditsPosted: try row.integer(),
            debitsPending: try row.integer(), creditsPending: try row.integer())
    }
}

extension RecordedTransfer {
    fileprivate var columns: [Column] {
        [
            number, blob(transfer.id.bytes), at, transfer.debit.rawValue, transfer.credit.rawValue, transfer.amount,
            transfer.currency.code, transfer.code.rawValue, transfer.phase.kind.rawValue,
            transfer.phase.pending.map { blob($0.bytes) }, transfer.phase.timeoutSeconds, transfer.isLinked ? 1 : 0,
            transfer.reference,
        ]
    }

    fileprivate init(_ row: inout RowReader) throws {
        let (number, id, at) = (try row.integer(), try row.transferID(), try row.integer())
        let (debit, credit) = (AccountID(unchecked: try row.text()), AccountID(unchecked: try row.text()))
        let (amount, currency) = (try row.integer(), try row.currency())
        let code = try row.code()
        let phase = try row.phase()
        self.init(
            number: number, at: at,
            transfer: Transfer(
                id: id, debit: debit, credit: credit, amount: amount, currency: currency, code: code, phase: phase,
                isLinked: try row.integer() == 1, reference: try row.text()))
    }
}

extension Transfer.Phase {
    fileprivate enum Kind: String { case posted, pending, post, void }

    fileprivate var kind: Kind {
        switch self {
        case .posted: .posted
        case .pending: .pending
        case .post: .post
        case .void: .void
        }
    }

    fileprivate var pending: TransferID? {
        switch self {
        case .posted, .pending: nil
        case .post(let id), .void(let id): id
        }
    }

    fileprivate var timeoutSeconds: Int64? {
        if case .pending(let seconds) = self { seconds } else { nil }
    }
}

extension RowReader {
    mutating func currency() throws -> Currency {
        let code = try text()
        return try made {
            guard let currency = Currency(code) else { throw RecordError.failed("no currency") }
            return currency
        }
    }

    mutating func transferID() throws -> TransferID {
        let bytes = try bytes()
        return try made {
            guard let id = TransferID(bytes: bytes) else { throw RecordError.failed("no transfer's name") }
            return id
        }
    }

    fileprivate mutating func overdraft() throws -> OverdraftRule {
        switch try optionalInteger() {
        case nil: .unbounded
        case 0: .none
        case let limit?: .limit(limit)
        }
    }

    fileprivate mutating func code() throws -> Transfer.Code {
        let number: Int = try number()
        return try made {
            guard let code = Transfer.Code(rawValue: number) else { throw RecordError.failed("no code") }
            return code
        }
    }

    /// phase | pending | timeout_seconds
    fileprivate mutating func phase() throws -> Transfer.Phase {
        let kind: Transfer.Phase.Kind = try choice()
        let pending = try optionalBytes().flatMap { TransferID(bytes: $0) }
        let timeoutSeconds = try optionalInteger()
        return try made {
            switch (kind, pending) {
            case (.posted, nil): return .posted
            case (.pending, nil): return .pending(timeoutSeconds: timeoutSeconds)
            case (.post, let pending?): return .post(pending)
            case (.void, let pending?): return .void(pending)
            default: throw RecordError.failed("no phase")
            }
        }
    }
}
