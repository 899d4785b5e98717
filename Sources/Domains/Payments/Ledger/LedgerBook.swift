/// The part of the ledger that a batch of transfers is judged by: the accounts that they name, and what is recorded under
/// their names already.
public struct LedgerBook: Sendable {
    public var accounts: [AccountID: LedgerAccount]
    public var transfers: [TransferID: Transfer]
    public var pendings: [TransferID: PendingTransfer]

    public init(
        accounts: [AccountID: LedgerAccount] = [:], transfers: [TransferID: Transfer] = [:],
        pendings: [TransferID: PendingTransfer] = [:]
    ) {
        self.accounts = accounts
        self.transfers = transfers
        self.pendings = pendings
    }

    /// The accounts that must be in the book before `batch` is judged.
    public static func accounts(of batch: [Transfer]) -> Set<AccountID> {
        Set(batch.lazy.flatMap { [$0.debit, $0.credit] })
    }

    /// The transfers that must be in the book if they are in the ledger.
    public static func transfers(of batch: [Transfer]) -> Set<TransferID> {
        Set(
            batch.lazy.flatMap { transfer in
                switch transfer.phase {
                case .posted, .pending: [transfer.id]
                case .post(let pending), .void(let pending): [transfer.id, pending]
                }
            })
    }
}

/// What judging a batch has come to: the results, and what is to be written for them.
public struct LedgerVerdict: Sendable {
    /// One for each transfer of the batch, in its order.
    public internal(set) var results: [TransferResult] = []
    /// What is new in the ledger, in order.
    public internal(set) var recorded: [Transfer] = []
    /// The book as it stands now.
    public internal(set) var book: LedgerBook
    /// Whose sums are others than before.
    public internal(set) var changedAccounts: Set<AccountID> = []
    /// Reservations that are new, or settled now.
    public internal(set) var changedPendings: Set<TransferID> = []

    /// Nothing of the batch was refused.
    public var isAccepted: Bool { results.allSatisfy { $0.refusal == nil } }
}
