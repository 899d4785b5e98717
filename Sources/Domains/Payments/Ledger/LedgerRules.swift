/// Decides what becomes of transfers: pure, and the same for every store.
///
/// The rules are those of double entry with reservations in two phases: a transfer is recorded whole or refused whole, a
/// chain of linked ones together or not at all, and one that is there already is answered as it was the first time.
public enum LedgerRules {
    /// Judges a batch in its order: each transfer on what those before it have left.
    ///
    /// - Parameter book: has the accounts and transfers that ``LedgerBook/accounts(of:)`` and ``LedgerBook/transfers(of:)``
    ///   name, as far as they exist.
    public static func judge(_ batch: [Transfer], at now: Int64, in book: LedgerBook) -> LedgerVerdict {
        var verdict = LedgerVerdict(book: book)
        verdict.results.reserveCapacity(batch.count)
        var start = batch.startIndex
        while start < batch.endIndex {
            let end = batch[start...].firstIndex { !$0.isLinked }
            let chain = batch[start..<(end.map { $0 + 1 } ?? batch.endIndex)]
            judge(chain: chain, isOpen: end == nil, at: now, &verdict)
            start = chain.endIndex
        }
        return verdict
    }

    private static func judge(
        chain: ArraySlice<Transfer>, isOpen: Bool, at now: Int64, _ verdict: inout LedgerVerdict
    ) {
        if isOpen {
            verdict.results +=
                chain.dropLast().map { _ in .refused(.linkedTransferFailed) } + [.refused(.linkedChainOpen)]
            return
        }
        // One alone leaves nothing to undo.
        let before = chain.count > 1 ? verdict : nil
        for (place, transfer) in chain.enumerated() {
            do throws(TransferRefusal) {
                verdict.results.append(try record(transfer, at: now, &verdict))
            } catch {
                if let before { verdict = before }
                verdict.results += chain.indices.indices.map { index in
                    index - chain.startIndex == place ? .refused(error) : .refused(.linkedTransferFailed)
                }
                return
            }
        }
    }

    private static func record(
        _ transfer: Transfer, at now: Int64, _ verdict: inout LedgerVerdict
    ) throws(TransferRefusal) -> TransferResult {
        if let known = verdict.book.transfers[transfer.id] {
            if let field = transfer.firstDifference(from: known) { throw .existsWithDifferent(field) }
            return .exists
        }
        try check(transfer)
        var (debit, credit) = try accounts(of: transfer, in: verdict.book)
        var pending: PendingTransfer?
        switch transfer.phase {
        case .posted:
            try debit.postDebit(transfer.amount)
            try credit.postCredit(transfer.amount)
        case .pending(let timeoutSeconds):
            try debit.reserveDebit(transfer.amount)
            try credit.reserveCredit(transfer.amount)
            let expiresAt = try timeoutSeconds.map { seconds throws(TransferRefusal) in
                let (time, overflow) = now.addingReportingOverflow(seconds)
                if overflow { throw .timeoutOutOfRange }
                return time
            }
            pending = PendingTransfer(id: transfer.id, expiresAt: expiresAt)
        case .post(let id):
            let reserved = try reservation(id, of: transfer, at: now, in: verdict.book)
            guard transfer.amount <= reserved.amount else { throw .exceedsPendingAmount }
            release(reserved.amount, &debit, &credit)
            try debit.postDebit(transfer.amount)
            try credit.postCredit(transfer.amount)
            pending = PendingTransfer(id: id, expiresAt: reserved.expiresAt, state: .posted)
        case .void(let id):
            let reserved = try reservation(id, of: transfer, at: now, in: verdict.book)
            guard transfer.amount == reserved.amount else { throw .pendingHasDifferent(.amount) }
            release(reserved.amount, &debit, &credit)
            pending = PendingTransfer(id: id, expiresAt: reserved.expiresAt, state: .voided)
        }
        verdict.book.accounts[debit.id] = debit
        verdict.book.accounts[credit.id] = credit
        verdict.changedAccounts.formUnion([debit.id, credit.id])
        if let pending {
            verdict.book.pendings[pending.id] = pending
            verdict.changedPendings.insert(pending.id)
        }
        verdict.book.transfers[transfer.id] = transfer
        verdict.recorded.append(transfer)
        return .recorded
    }

    // MARK: - Checks

    private static func check(_ transfer: Transfer) throws(TransferRefusal) {
        if transfer.amount == 0 { throw .amountZero }
        if transfer.amount < 0 { throw .amountNegative }
        if transfer.debit == transfer.credit { throw .sameAccount }
        if transfer.reference.utf8.count > Transfer.referenceBytesMax { throw .referenceTooLong }
        if case .pending(let seconds?) = transfer.phase, !(1...Transfer.timeoutSecondsMax).contains(seconds) {
            throw .timeoutOutOfRange
        }
    }

    private static func accounts(
        of transfer: Transfer, in book: LedgerBook
    ) throws(TransferRefusal) -> (debit: LedgerAccount, credit: LedgerAccount) {
        func account(_ id: AccountID) throws(TransferRefusal) -> LedgerAccount {
            guard let account = book.accounts[id] else { throw .unknownAccount(id) }
            if account.currency != transfer.currency { throw .foreignCurrency(id) }
            if account.closedAt != nil { throw .accountClosed(id) }
            return account
        }
        return (try account(transfer.debit), try account(transfer.credit))
    }

    private static func reservation(
        _ id: TransferID, of transfer: Transfer, at now: Int64, in book: LedgerBook
    ) throws(TransferRefusal) -> (amount: Int64, expiresAt: Int64?) {
        guard let reserved = book.transfers[id] else { throw .pendingUnknown }
        guard let pending = book.pendings[id] else { throw .notPending }
        switch pending.state(at: now) {
        case .pending: break
        case .posted: throw .pendingAlreadyPosted
        case .voided: throw .pendingAlreadyVoided
        case .expired: throw .pendingExpired
        }
        if transfer.debit != reserved.debit { throw .pendingHasDifferent(.debit) }
        if transfer.credit != reserved.credit { throw .pendingHasDifferent(.credit) }
        if transfer.currency != reserved.currency { throw .pendingHasDifferent(.currency) }
        if transfer.code != reserved.code { throw .pendingHasDifferent(.code) }
        return (reserved.amount, pending.expiresAt)
    }

    private static func release(_ amount: Int64, _ debit: inout LedgerAccount, _ credit: inout LedgerAccount) {
        debit.debitsPending -= amount
        credit.creditsPending -= amount
    }

    // MARK: - Time

    /// Frees what a reservation holds whose time is over.
    ///
    /// - Returns: the reservation as expired; `nil` for one that is settled, or whose time is not over.
    public static func expire(
        _ pending: PendingTransfer, _ transfer: Transfer, at now: Int64, _ debit: inout LedgerAccount,
        _ credit: inout LedgerAccount
    ) -> PendingTransfer? {
        guard pending.state == .pending, pending.state(at: now) == .expired else { return nil }
        release(transfer.amount, &debit, &credit)
        return PendingTransfer(id: pending.id, expiresAt: pending.expiresAt, state: .expired)
    }
}

extension Transfer {
    func firstDifference(from other: Transfer) -> TransferRefusal.Field? {
        if debit != other.debit { return .debit }
        if credit != other.credit { return .credit }
        if amount != other.amount { return .amount }
        if currency != other.currency { return .currency }
        if code != other.code { return .code }
        if phase != other.phase { return .phase }
        if isLinked != other.isLinked { return .linked }
        return reference == other.reference ? nil : .reference
    }
}
