import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// Which part of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "Items at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @Option(help: ArgumentHelp("The `next` of the page before.", valueName: "cursor"))
    var after: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func show<Item: WireType>(_ endpoint: Endpoint<NoBody, API.Page<Item>>) async throws {
        try output.show(try await server.withClient { try await $0.list(endpoint, limit: limit, after: after) })
    }
}

/// The newest items of a list that has no pages.
struct NewestOptions: ParsableArguments {
    @Option(help: "Items at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func show<Item: WireType>(_ endpoint: Endpoint<NoBody, API.Page<Item>>) async throws {
        try output.show(try await server.withClient { try await $0.list(endpoint, limit: limit) })
    }
}
