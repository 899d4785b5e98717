import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One server and the connections to it.
public final class HTTPTransport: Sendable {
    /// Scheme, host and port, without a slash at the end.
    public let server: String
    private let client: HTTPClient

    /// Connections to the server at a time.
    static let connectionsMax = 256

    /// - Parameters:
    ///   - server: such as `https://tsm.example:8443`, without a path.
    ///   - trustedCertificates: a PEM file of the certificates that sign the server's; absent: those of the system.
    public init(server: String, trustedCertificates: String? = nil) throws(SeneschalClientError) {
        guard let components = URLComponents(string: server), let scheme = components.scheme,
            scheme == "https" || scheme == "http", components.host?.isEmpty == false,
            components.path.isEmpty || components.path == "/", components.query == nil, components.user == nil
        else { throw .invalidServer(server) }
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        var configuration = HTTPClient.Configuration()
        if let trustedCertificates {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(trustedCertificates)
            configuration.tlsConfiguration = tls
        }
        configuration.timeout.connect = .seconds(5)
        configuration.redirectConfiguration = .disallow
        // Long polls of local agents hold their connections: they must not starve requests beside them.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsMax
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections; nothing can be sent afterwards.
    public func close() async { try? await client.shutdown() }

    /// Who forgets to close it, on the way of an error, loses nothing by it.
    deinit { client.shutdown { _ in } }

    struct Answer: Sendable {
        let status: Int
        let mediaType: String?
        let retryAfterSeconds: Int?
        let body: [UInt8]
    }

    struct Message: Sendable {
        var method: APIRoute.Method
        var target: String
        var credential: AccessCredential?
        var idempotencyKey: String?
        var body: [UInt8]?
    }

    /// Sends one message once. The whole answer is there in time, or none is: a server that stops in the middle of one is
    /// not waited for either.
    ///
    /// - Throws: whatever the network did; the server may have the message.
    func send(_ message: Message, timeout: Duration) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { [self] in
                let response = try await client.execute(request(for: message), timeout: TimeAmount(timeout))
                return try await answer(of: response)
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw AnswerTooLate(limit: timeout)
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { preconditionFailure("there are two tasks") }
            return answer
        }
    }

    private struct AnswerTooLate: Error, CustomStringConvertible {
        let limit: Duration

        var description: String { "no whole answer in \(limit)" }
    }

    /// Sends one message once, and hands over a long answer part by part as it comes.
    ///
    /// - Returns: the answer, without what was handed over: all of it, unless it is a problem.
    func send(
        _ message: Message, timeout: TimeAmount, _ take: (String) throws -> Void
    ) async throws -> Answer {
        let response = try await client.execute(request(for: message), timeout: timeout)
        guard response.status == .ok else { return try await answer(of: response) }
        // A character may be cut in two: what is not whole yet waits for the next part.
        var waiting: [UInt8] = []
        for try await part in response.body {
            waiting += Array(buffer: part)
            let end = waiting.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            try take(String(decoding: waiting[..<end], as: UTF8.self))
            waiting.removeFirst(end)
        }
        if !waiting.isEmpty { try take(String(decoding: waiting, as: UTF8.self)) }
        return Answer(
            status: Int(response.status.code), mediaType: response.headers.first(name: "Content-Type"),
            retryAfterSeconds: nil, body: [])
    }

    private func request(for message: Message) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: server + message.target)
        request.method = .RAW(value: message.method.rawValue)
        if let credential = message.credential {
            request.headers.add(name: "Authorization", value: credential.authorization)
        }
        if let key = message.idempotencyKey {
            request.headers.add(name: APIRoute.idempotencyKeyHeader, value: key)
        }
        if let body = message.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return request
    }

    private func answer(of response: HTTPClientResponse) async throws -> Answer {
        let body = try await response.body.collect(upTo: Self.answerBytesMax)
        return Answer(
            status: Int(response.status.code), mediaType: response.headers.first(name: "Content-Type"),
            retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) },
            body: Array(buffer: body))
    }

    /// The largest page is well below.
    static let answerBytesMax = 16 * 1_048_576
}
