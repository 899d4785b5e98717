import Hummingbird
import SeneschalAPI
import SeneschalClient
import ServiceLifecycle
import Testing

@testable import HTTPServer

extension TestServer {
    /// Runs the server on a free port, sends it down when `body` returns, and waits until it is down.
    func liveUntilShutDown(_ body: @Sendable (_ port: Int) async throws -> Void) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let services = try server.services(
            at: ServerAddress(host: "127.0.0.1", port: 0), signals: [], onListening: { port.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            try await body(try #require(await iterator.next()))
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Runs the server on a free port of this machine for the time of `body`.
    func live<Value: Sendable>(
        _ certificate: ServerAddress.CertificateFiles? = nil, _ body: @Sendable (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let services = try server.services(
            at: ServerAddress(host: "127.0.0.1", port: 0, certificate: certificate), signals: [],
            onListening: { port.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let value = try await body(try #require(await iterator.next()))
            group.cancelAll()
            return value
        }
    }

    /// A client of the bank's for the time of `body`.
    func withBank<Value: Sendable>(
        on port: Int, retries: RequestRetries = .none, _ body: (SeneschalClient) async throws -> Value
    ) async throws -> Value {
        let transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
        let value: Value
        do {
            value = try await body(
                SeneschalClient(transport, credential: AccessCredential(secret: bank), retries: retries))
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        return value
    }
}
