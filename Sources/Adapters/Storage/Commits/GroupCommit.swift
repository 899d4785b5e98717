import GRDB
import Synchronization

/// Lets commits that wait at the same time share one transaction, hence one sync of the log.
///
/// Each keeps its own fate: beside others it runs in a savepoint, and its failure undoes only itself. None is answered before the
/// shared transaction is durable.
final class GroupCommit<Failure: StoreFailure>: Sendable {
    static var commitsPerTransactionMaxDefault: Int { 64 }

    private let database: DatabaseQueue
    private let commitsPerTransactionMax: Int
    private let queue = Mutex(Queue())

    private struct Queue {
        var waiting: [Commit] = []
        var isDraining = false
    }

    /// One caller's work. Running it returns the answer to give once the transaction is durable.
    private struct Commit: Sendable {
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (Failure) -> Void
    }

    init(_ database: DatabaseQueue, commitsPerTransactionMax: Int) {
        self.database = database
        self.commitsPerTransactionMax = commitsPerTransactionMax
    }

    /// Runs `work` in a transaction and returns when it is durable, or has left nothing behind.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            enqueue(
                Commit(
                    run: { database in
                        let value = try work(database)
                        return { continuation.resume(returning: .success(value)) }
                    },
                    fail: { continuation.resume(returning: .failure($0)) }))
        }
        return try result.get()
    }

    private func enqueue(_ commit: Commit) {
        let mustStart = queue.withLock { queue in
            queue.waiting.append(commit)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        if mustStart { database.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    /// On the writer's queue: groups until nobody waits.
    private func drain(_ database: Database) {
        while true {
            let group = queue.withLock { queue in
                let group = Array(queue.waiting.prefix(commitsPerTransactionMax))
                queue.waiting.removeFirst(group.count)
                queue.isDraining = !group.isEmpty
                return group
            }
            if group.isEmpty { return }
            commitTogether(group, database)
        }
    }

    private func commitTogether(_ group: [Commit], _ database: Database) {
        var outcomes: [Result<@Sendable () -> Void, Failure>] = []
        do {
            try execute("BEGIN IMMEDIATE TRANSACTION", in: database)
            if let only = group.first, group.count == 1 {
                // Its failure undoes the transaction, which is its own.
                outcomes.append(.success(try only.run(database)))
            } else {
                for commit in group { outcomes.append(try run(commit, database)) }
            }
            try execute("COMMIT TRANSACTION", in: database)
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            for commit in group { commit.fail(Failure(describing: error)) }
            return
        }
        for (commit, outcome) in zip(group, outcomes) {
            switch outcome {
            case .success(let answer): answer()
            case .failure(let error): commit.fail(error)
            }
        }
    }

    /// - Throws: only when the shared transaction is gone (disk full, I/O error), which fails the whole group.
    private func run(
        _ commit: Commit, _ database: Database
    ) throws -> Result<@Sendable () -> Void, Failure> {
        try execute("SAVEPOINT one_commit", in: database)
        do {
            let answer = try commit.run(database)
            try execute("RELEASE one_commit", in: database)
            return .success(answer)
        } catch {
            guard database.isInsideTransaction else { throw error }
            try database.execute(sql: "ROLLBACK TO one_commit; RELEASE one_commit")
            return .failure(Failure(describing: error))
        }
    }

    /// GRDB's own way parses these anew for every transaction.
    private func execute(_ sql: String, in database: Database) throws {
        try database.cachedStatement(sql: sql).execute()
    }
}
