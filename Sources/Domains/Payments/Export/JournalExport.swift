/// The whole journal as a sequence of texts, one page of the store after the other.
///
/// It is the ledger of one moment: the accounts are read once, and transfers up to the last that their sums count. Whatever
/// is recorded meanwhile is not in it.
public struct JournalExport: AsyncSequence, Sendable {
    public typealias Element = String
    public typealias Failure = PaymentsError

    let store: any LedgerStore
    let text: JournalText

    /// Transfers that are held at once.
    static let pageTransfers = 500

    public init(of store: any LedgerStore, for dialect: JournalDialect) {
        self.store = store
        text = JournalText(dialect)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(store: store, text: text) }

    public struct Iterator: AsyncIteratorProtocol {
        let store: any LedgerStore
        let text: JournalText
        private var place = Place.opening
        private var lastAt: Int64 = 0

        private enum Place {
            case opening
            case entries(LedgerSnapshot, kinds: [AccountID: LedgerAccount.Kind], after: Int64)
            case end
        }

        init(store: any LedgerStore, text: JournalText) {
            self.store = store
            self.text = text
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(PaymentsError) -> String? {
            switch place {
            case .opening:
                let snapshot = try await Self.snapshot(of: store)
                let kinds = Dictionary(uniqueKeysWithValues: snapshot.accounts.map { ($0.id, $0.kind) })
                lastAt = snapshot.accounts.map(\.createdAt).max() ?? 0
                place = .entries(snapshot, kinds: kinds, after: 0)
                return text.opening(snapshot.accounts)
            case .entries(let snapshot, let kinds, let number):
                let page = try await Self.page(of: store, after: number).filter { $0.number <= snapshot.lastNumber }
                guard let last = page.last else {
                    place = .end
                    return text.assertions(snapshot.accounts, lastAt: lastAt)
                }
                lastAt = page.reduce(lastAt) { Swift.max($0, $1.at) }
                place = .entries(snapshot, kinds: kinds, after: last.number)
                return page.map { text.entry($0) { kinds[$0] } }.joined()
            case .end: return nil
            }
        }

        private static func snapshot(of store: any LedgerStore) async throws(PaymentsError) -> LedgerSnapshot {
            try await stored { () async throws(PaymentStoreError) in try await store.ledgerSnapshot() }
        }

        private static func page(
            of store: any LedgerStore, after number: Int64
        ) async throws(PaymentsError) -> [RecordedTransfer] {
            try await stored { () async throws(PaymentStoreError) in
                try await store.transfers(after: number, limit: JournalExport.pageTransfers)
            }
        }
    }
}
