/// What one user asks for is done one after the other, first come, first served; users do not wait for each other.
actor UserTurns {
    private var waiting: [UserID: [CheckedContinuation<Void, Never>]] = [:]

    /// Requests of one user that may wait; one more is told to come again.
    static let waitingMax = 16

    nonisolated func take<Answer: Sendable>(
        _ user: UserID, _ work: () async throws(CardDeskError) -> Answer
    ) async throws(CardDeskError) -> Answer {
        guard await enter(user) else { throw .busy }
        let result: Result<Answer, CardDeskError>
        do throws(CardDeskError) {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        await leave(user)
        return try result.get()
    }

    private func enter(_ user: UserID) async -> Bool {
        guard let queue = waiting[user] else {
            waiting[user] = []
            return true
        }
        guard queue.count < Self.waitingMax else { return false }
        await withCheckedContinuation { waiting[user, default: []].append($0) }
        return true
    }

    private func leave(_ user: UserID) {
        guard var queue = waiting[user] else { return }
        guard !queue.isEmpty else {
            waiting[user] = nil
            return
        }
        let next = queue.removeFirst()
        waiting[user] = queue
        next.resume()
    }
}
