import NIOCore
public import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A typed client of the whole HTTP contract, for one credential.
///
///     let transport = try HTTPTransport(server: "https://tsm.example:8443")
///     let bank = SeneschalClient(transport, credential: credential)
///     let data = try await bank.secureElementData(.init(msi: .init(type: .mdn, value: "491700000001")))
///
/// Every mutation carries an Idempotency-Key. A request whose connection is lost is sent again with the same key.
public struct SeneschalClient: Sendable {
    private let transport: HTTPTransport
    private let credential: AccessCredential?
    private let retries: RequestRetries

    public init(
        _ transport: HTTPTransport, credential: AccessCredential?, retries: RequestRetries = RequestRetries()
    ) {
        self.transport = transport
        self.credential = credential
        self.retries = retries
    }

    /// A key for a new request.
    public static func newIdempotencyKey() -> String { UUID().uuidString.lowercased() }

    /// Sends a request of the contract and reads the answer.
    ///
    /// - Parameters:
    ///   - parameters: of the path and of the query, by name.
    ///   - idempotencyKey: for mutations; a new one when absent.
    public func send<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>, _ body: Body, _ parameters: [String: String] = [:],
        idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> Answer {
        let key = endpoint.route.isMutation ? idempotencyKey ?? Self.newIdempotencyKey() : nil
        guard let target = endpoint.route.target(parameters) else {
            preconditionFailure("\(endpoint.route.operationID) is called with its path parameters")
        }
        let message = HTTPTransport.Message(
            method: endpoint.route.method, target: target, credential: credential, idempotencyKey: key,
            body: endpoint.route.request == nil ? nil : try encode(body))
        return try await answer(to: message)
    }

    /// Asks for a long text, and hands it over part by part as it comes. A torn connection is not repeated.
    func receive(
        _ route: APIRoute, _ parameters: [String: String], _ take: (String) throws -> Void
    ) async throws {
        guard let target = route.target(parameters) else {
            preconditionFailure("\(route.operationID) is called with its path parameters")
        }
        let message = HTTPTransport.Message(method: route.method, target: target, credential: credential)
        let answer = try await transport.send(message, timeout: .hours(1), take)
        guard answer.status != 200 else { return }
        let problem: Problem = try decode(answer)
        throw SeneschalClientError.problem(problem)
    }

    private func answer<Answer: WireType>(
        to message: HTTPTransport.Message
    ) async throws(SeneschalClientError) -> Answer {
        var attempt = 0
        while true {
            let failure: SeneschalClientError
            var pause = retries.pause(afterAttempt: attempt)
            do {
                let answer = try await transport.send(message, timeout: retries.longestAnswer)
                // A problem says so in its media type; /health describes also a failure in an answer of its own.
                if answer.mediaType != Problem.mediaType { return try decode(answer) }
                let problem: Problem = try decode(answer)
                guard problem.code == .unknownOutcome else { throw SeneschalClientError.problem(problem) }
                failure = .problem(problem)
                pause = max(pause, min(retries.longestPause, .seconds(answer.retryAfterSeconds ?? 0)))
            } catch let error as SeneschalClientError {
                throw error
            } catch {
                failure = .unreachable(reason: "\(error)", idempotencyKey: message.idempotencyKey)
            }
            attempt += 1
            guard attempt < retries.attemptsMax else { throw failure }
            do { try await Task.sleep(for: pause) } catch { throw failure }
        }
    }

    private func encode(_ body: some Encodable) throws(SeneschalClientError) -> [UInt8] {
        do {
            let encoder = JSONEncoder()
            // The digest behind an Idempotency-Key is over the bytes: the same message always has the same.
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(body))
        } catch {
            preconditionFailure("every message of the contract can be written: \(error)")
        }
    }

    private func decode<Message: WireType>(_ answer: HTTPTransport.Answer) throws(SeneschalClientError) -> Message {
        do {
            return try JSONDecoder().decode(Message.self, from: Data(answer.body))
        } catch {
            throw .malformedAnswer(status: answer.status, reason: "it is not a \(Message.schema.name ?? "message")")
        }
    }
}

extension APIRoute {
    /// Path and query.
    fileprivate func target(_ values: [String: String]) -> String? {
        guard let path = path(values) else { return nil }
        let query = parameters.compactMap { parameter in
            parameter.place == .query ? values[parameter.name].map { "\(parameter.name)=\($0.percentEncoded)" } : nil
        }
        return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
    }
}
