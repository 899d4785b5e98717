public import HTTPServer

/// A server of this house that runs beside whatever else the process does, on a free port of this machine.
public struct RunningServer: Sendable {
    /// `http://127.0.0.1:PORT`.
    public let address: String
    private let task: Task<Void, any Error>

    /// - Throws: what the server ended with before it listened.
    public init(_ server: some ListeningServer) async throws {
        let (ports, found) = AsyncStream<Int>.makeStream()
        let address = try ServerAddress(host: "127.0.0.1", port: 0)
        let task = Task {
            defer { found.finish() }
            try await server.run(at: address) { found.yield($0) }
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await task.value
            throw CancellationError()
        }
        self.address = "http://127.0.0.1:\(port)"
        self.task = task
    }

    /// Ends it, after the requests under way.
    public func stop() async {
        task.cancel()
        _ = try? await task.value
    }
}
