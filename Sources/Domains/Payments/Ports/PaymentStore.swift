/// Where the payment server keeps what it knows. All changes of one commit take effect together, or none does.
///
/// A record with revision 0 is inserted; any other replaces the stored one of the same revision, and what is stored has a
/// revision one higher (``RevisedRecord/committed``). Each folder says what it reads in a protocol of its own.
public protocol PaymentStore:
    LedgerStore, PartyStore, OrderStore, SmartCardStore, BillStore, IssuerPaymentStore, PurseStore, JournalStore
{
    /// - Throws: ``PaymentStoreError``; nothing is changed then.
    func commit(_ changes: [PaymentChange]) async throws(PaymentStoreError)
}

/// What is read of the journal.
public protocol JournalStore: Sendable {
    func idempotencyRecord(scope: String, key: String) async throws(PaymentStoreError) -> IdempotencyRecord?
    /// Newest first.
    func auditEntries(limit: Int) async throws(PaymentStoreError) -> [AuditEntry]
    /// Those to be tried by `now`, the one that is due longest first.
    func dueOutboxLines(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [OutboxLine]
    /// Those that were given up, oldest first.
    func abandonedOutboxLines(limit: Int) async throws(PaymentStoreError) -> [OutboxLine]
}

/// Why the store could not do it.
public enum PaymentStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Somebody else has changed the record since it was read: read again.
    case conflict(kind: String, key: String)
    /// Such a record exists already.
    case duplicate(kind: String, key: String)
    /// The record to be replaced, or one that another names, is not there.
    case missing(kind: String, key: String)
    /// The ledger does not record these transfers; one result for each.
    case transfersRefused([TransferResult])
    /// The account is not one to be closed.
    case accountInUse(AccountID)
    /// The database failed; the text is for the log, not for a client.
    case failed(String)

    public var description: String {
        switch self {
        case .conflict(let kind, let key): "\(kind) \(key) was changed meanwhile"
        case .duplicate(let kind, let key): "\(kind) \(key) exists already"
        case .missing(let kind, let key): "\(kind) \(key) does not exist"
        case .transfersRefused: refusal.map { "the transfer is refused: \($0)" } ?? "the transfers are refused"
        case .accountInUse(let account): "there is money on the account \(account), or reserved on it"
        case .failed(let reason): "the store failed: \(reason)"
        }
    }

    /// Another request got there first: what it left is to be read before deciding anew.
    var isOfAnotherRequest: Bool {
        switch self {
        case .conflict, .duplicate: true
        case .missing, .transfersRefused, .accountInUse, .failed: false
        }
    }

    /// The first refusal that is not another's consequence.
    public var refusal: TransferRefusal? {
        guard case .transfersRefused(let results) = self else { return nil }
        let refusals = results.compactMap(\.refusal)
        return refusals.first { $0 != .linkedTransferFailed } ?? refusals.first
    }
}
