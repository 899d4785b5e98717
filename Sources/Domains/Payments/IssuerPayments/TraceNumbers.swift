/// The next of the numbers that tell messages to an issuer apart, as the store keeps it.
public struct TraceCounter: RevisedRecord, Hashable, Codable {
    /// 1 to 999 999; after it comes 1.
    public var next: Int
    public var revision: Int

    public static let last = 999_999

    public init(next: Int = 1, revision: Int = 0) {
        self.next = next
        self.revision = revision
    }
}

/// Gives out trace numbers (ISO 8583 field 11), each once in a round of 999 999, also across restarts: a block of them is
/// written down as used before the first is given.
///
/// A number comes again after a whole round; with the second of field 7 beside it that is another message.
public actor TraceNumbers {
    private let store: any PaymentStore
    private var block: ArraySlice<Int> = []

    /// Numbers that a restart may leave out.
    public static let blockCount = 100

    public init(store: any PaymentStore) { self.store = store }

    func next() async throws(PaymentsError) -> Int {
        for _ in 0..<RequestJournal.attemptsMax {
            if let number = block.popFirst() { return number }
            let counter: TraceCounter
            do { counter = try await store.traceCounter() ?? TraceCounter() } catch { throw PaymentsError(error) }
            var advanced = counter
            advanced.next = (counter.next + Self.blockCount - 1) % TraceCounter.last + 1
            do throws(PaymentStoreError) {
                try await store.commit([.traceCounter(advanced)])
            } catch {
                switch error {
                // Another call has taken that block.
                case .conflict, .duplicate: continue
                default: throw PaymentsError(error)
                }
            }
            block += (0..<Self.blockCount).map { (counter.next + $0 - 1) % TraceCounter.last + 1 }
        }
        throw .unsettled(reason: "others take trace numbers at the same time")
    }
}
