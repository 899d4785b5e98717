import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// Where the server is, who asks, under which key, and how the answer is shown.
struct RequestOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    /// Sends one request and shows the answer.
    func show<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>, _ body: Body, _ parameters: [String: String] = [:]
    ) async throws {
        try output.show(try await answer(endpoint, body, parameters))
    }

    func answer<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>, _ body: Body, _ parameters: [String: String] = [:]
    ) async throws -> Answer {
        try await server.withClient {
            try await $0.send(endpoint, body, parameters, idempotencyKey: key.idempotencyKey)
        }
    }
}
