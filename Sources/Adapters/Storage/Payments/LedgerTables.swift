import Foundation
import GRDB
import ISO4217
import Payments

/// The tables of the ledger. A transfer is inserted and never changed; an account's sums change with it.
enum LedgerTables {
    static let accounts = Table<LedgerAccount>(
        "ledger_account", kind: "account", key: ["id"],
        columns: [
            "id", "kind", "currency", "overdraft_limit", "label", "created_at", "closed_at", "debits_posted",
            "credits_posted", "debits_pending", "credits_pending",
        ],
        read: { try LedgerAccount(&$0) },
        values: {
            [
                $0.id.rawValue, $0.kind.rawValue, $0.currency.code, $0.overdraft.limit, $0.label, $0.createdAt,
                $0.closedAt, $0.debitsPosted, $0.creditsPosted, $0.debitsPending, $0.creditsPending,
            ]
        })

    static let transfers = Table<RecordedTransfer>(
        "transfer", kind: "transfer", key: ["number"],
        columns: [
            "number", "id", "at", "debit", "credit", "amount", "currency", "code", "phase", "pending",
            "timeout_seconds",
            "linked", "reference",
        ],
        read: { try RecordedTransfer(&$0) },
        values: { record in
            let transfer = record.transfer
            return [
                record.number, blob(transfer.id.bytes), record.at, transfer.debit.rawValue, transfer.credit.rawValue,
                transfer.amount, transfer.currency.code, transfer.code.rawValue, transfer.phase.kind.rawValue,
                transfer.phase.pending.map { blob($0.bytes) }, transfer.phase.timeoutSeconds, transfer.isLinked ? 1 : 0,
                transfer.reference,
            ]
        })

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

// MARK: - Rows

extension LedgerAccount {
    fileprivate init(_ row: inout RowReader) throws {
        self.init(
            id: AccountID(unchecked: try row.text()), kind: try row.choice(), currency: try row.currency(),
            overdraft: try row.overdraft(), label: try row.text(), createdAt: try row.integer(),
            closedAt: try row.optionalInteger(), debitsPosted: try row.integer(), creditsPosted: try row.integer(),
            debitsPending: try row.integer(), creditsPending: try row.integer())
    }
}

extension RecordedTransfer {
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
