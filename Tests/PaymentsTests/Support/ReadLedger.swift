import ISO4217
import Payments
import Testing

/// A whole ledger as it was read, and the sums that an adder of its own finds in its journal.
struct ReadLedger {
    let snapshot: LedgerSnapshot
    let transfers: [RecordedTransfer]

    init(_ store: any LedgerStore) async throws {
        snapshot = try await store.ledgerSnapshot()
        var (transfers, last): ([RecordedTransfer], Int64) = ([], 0)
        while true {
            let page = try await store.transfers(after: last, limit: 1_000)
            guard let end = page.last else { break }
            transfers += page
            last = end.number
        }
        self.transfers = transfers.filter { [end = snapshot.lastNumber] in $0.number <= end }
    }

    struct Sums: Hashable {
        var debitsPosted: Int64 = 0
        var creditsPosted: Int64 = 0
        var debitsPending: Int64 = 0
        var creditsPending: Int64 = 0
    }

    /// By plain addition; reservations that have expired are not known here.
    var sums: [AccountID: Sums] {
        var (sums, reserved): ([AccountID: Sums], [TransferID: Int64]) = ([:], [:])
        for transfer in transfers.map(\.transfer) {
            switch transfer.phase {
            case .posted: break
            case .pending:
                reserved[transfer.id] = transfer.amount
                sums[transfer.debit, default: Sums()].debitsPending += transfer.amount
                sums[transfer.credit, default: Sums()].creditsPending += transfer.amount
                continue
            case .post(let id), .void(let id):
                let amount = reserved.removeValue(forKey: id) ?? 0
                sums[transfer.debit, default: Sums()].debitsPending -= amount
                sums[transfer.credit, default: Sums()].creditsPending -= amount
                if case .void = transfer.phase { continue }
            }
            sums[transfer.debit, default: Sums()].debitsPosted += transfer.amount
            sums[transfer.credit, default: Sums()].creditsPosted += transfer.amount
        }
        return sums
    }

    func expectSumsOfTheJournal() {
        let sums = sums
        for account in snapshot.accounts {
            let found = Sums(
                debitsPosted: account.debitsPosted, creditsPosted: account.creditsPosted,
                debitsPending: account.debitsPending, creditsPending: account.creditsPending)
            #expect(found == sums[account.id] ?? Sums(), "\(account.id)")
        }
        #expect(snapshot.isBalanced)
    }
}
