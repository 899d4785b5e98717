import SeneschalAPI
import SeneschalClient
import ServiceLifecycle
import Testing

@testable import HTTPServer

extension ListeningServer {
    /// Runs the server on a free port of this machine for the time of `body`.
    func live<Value: Sendable>(_ body: @Sendable (_ port: Int) async throws -> Value) async throws -> Value {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let services = try services(
            at: ServerAddress(host: "127.0.0.1", port: 0), signals: [], onListening: { port.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let value = try await body(try #require(await iterator.next()))
            group.cancelAll()
            return value
        }
    }
}

/// A client of a server for the time of `body`.
func withClient<Value: Sendable>(
    of server: String, as secret: String?, retries: RequestRetries = .none,
    _ body: (SeneschalClient) async throws -> Value
) async throws -> Value {
    let transport = try HTTPTransport(server: server)
    let credential = secret.flatMap { AccessCredential(secret: $0) }
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(SeneschalClient(transport, credential: credential, retries: retries)))
    } catch {
        result = .failure(error)
    }
    await transport.close()
    return try result.get()
}

extension RequestRetries {
    /// What does not answer is not waited for: for servers of which that is known.
    static let impatient = RequestRetries(attemptsMax: 1, longestAnswer: .milliseconds(300))
}
