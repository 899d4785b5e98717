import GRDB
import Synchronization

/// The connections that read beside the one that writes, each on its own queue, taken in turn.
///
/// Every read of the store is one SELECT, which sees one consistent state by itself: no transaction around it, and one
/// change of threads each way. `DatabasePool` does two of each, at about half the reads per second.
final class Readers<Failure: StoreFailure>: Sendable {
    private let connections: [DatabaseQueue]
    private let turn = Atomic<Int>(0)

    init(_ connections: [DatabaseQueue]) {
        precondition(!connections.isEmpty, "a store reads through one connection at least")
        self.connections = connections
    }

    func read<Value: Sendable>(
        _ value: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let connection = connections[Int(UInt(bitPattern: turn) % UInt(connections.count))]
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            connection.asyncWriteWithoutTransaction { database in
                continuation.resume(returning: Result { try value(database) }.mapError { Failure(describing: $0) })
            }
        }
        return try result.get()
    }

    func close() throws {
        for connection in connections { try connection.close() }
    }

    /// For tests: what `value` says of each connection.
    func each<Value>(_ value: (Database) throws -> Value) throws -> [Value] {
        try connections.map { try $0.writeWithoutTransaction(value) }
    }
}
