import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// How a server is, which anybody may ask.
struct HealthOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    /// - Throws: ``CommandFailure`` when a part of the server has failed, once it is shown.
    func show() async throws {
        let health = try await server.withOpenClient { try await $0.health() }
        try output.show(health)
        guard health.status == .ok else { throw CommandFailure(.refused, "a part of the server has failed") }
    }
}
