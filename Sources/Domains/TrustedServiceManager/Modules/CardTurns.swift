/// One open script per card: operations on one secure element take turns, different cards run in parallel.
actor CardTurns {
    private var waiting: [SecureElementIdentifier: [CheckedContinuation<Void, Never>]] = [:]

    /// Those waiting for one card at most; one more is told that the card is busy.
    static let waitingMax = 64

    /// Waits for the card's turn. Every `true` must be followed by one ``leave(_:)``.
    ///
    /// - Returns: `false` when too many wait already.
    func enter(_ card: SecureElementIdentifier) async -> Bool {
        guard let queue = waiting[card] else {
            waiting[card] = []
            return true
        }
        guard queue.count < Self.waitingMax else { return false }
        await withCheckedContinuation { waiting[card, default: []].append($0) }
        return true
    }

    func leave(_ card: SecureElementIdentifier) {
        guard var queue = waiting[card] else { return }
        if queue.isEmpty {
            waiting[card] = nil
        } else {
            let next = queue.removeFirst()
            waiting[card] = queue
            next.resume()
        }
    }
}
