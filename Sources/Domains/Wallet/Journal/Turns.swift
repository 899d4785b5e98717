/// What has one name is done one after the other, first come, first served; what has different names in parallel.
actor Turns<Name: Hashable & Sendable> {
    private var waiting: [Name: [CheckedContinuation<Void, Never>]] = [:]

    /// Those waiting for one name at most; one more is told to come again.
    static var waitingMax: Int { 64 }

    /// Does `work` in the turn of `name`.
    ///
    /// - Throws: ``WalletError/unsettled(reason:)`` when too many wait already.
    nonisolated func take<Answer: Sendable>(
        _ name: Name, _ work: () async throws(WalletError) -> Answer
    ) async throws(WalletError) -> Answer {
        guard await enter(name) else {
            throw .unsettled(reason: "\(Self.waitingMax) requests wait for the same turn already; try again")
        }
        let result: Result<Answer, WalletError>
        do throws(WalletError) {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        await leave(name)
        return try result.get()
    }

    private func enter(_ name: Name) async -> Bool {
        guard let queue = waiting[name] else {
            waiting[name] = []
            return true
        }
        guard queue.count < Self.waitingMax else { return false }
        await withCheckedContinuation { waiting[name, default: []].append($0) }
        return true
    }

    private func leave(_ name: Name) {
        guard var queue = waiting[name] else { return }
        if queue.isEmpty {
            waiting[name] = nil
        } else {
            let next = queue.removeFirst()
            waiting[name] = queue
            next.resume()
        }
    }

    /// How many wait for `name`, not counting whoever has the turn.
    func waitingCount(_ name: Name) -> Int { waiting[name]?.count ?? 0 }
}
