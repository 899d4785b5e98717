/// What has one name is done one after the other, first come, first served; what has different names in parallel.
public actor Turns<Name: Hashable & Sendable, Failure: TurnFailure> {
    private var waiting: [Name: [CheckedContinuation<Void, Never>]] = [:]

    /// Those waiting for one name at most; one more is told to come again.
    public static var waitingMax: Int { 64 }

    public init() {}

    /// Does `work` in the turn of `name`.
    ///
    /// - Throws: ``TurnFailure/crowded(reason:)`` when too many wait already; what `work` throws.
    public nonisolated func take<Answer: Sendable>(
        _ name: Name, _ work: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        guard await enter(name) else {
            throw .crowded(reason: "\(Self.waitingMax) requests wait for the same turn already; try again")
        }
        let result: Result<Answer, Failure>
        do throws(Failure) {
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
    public func waitingCount(_ name: Name) -> Int { waiting[name]?.count ?? 0 }
}

/// An error that can tell somebody to come again.
public protocol TurnFailure: Error {
    /// Nothing was done, because too many wait for the same.
    static func crowded(reason: String) -> Self
}
