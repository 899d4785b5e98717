import ArgumentParser
import SeneschalAPI

/// `seneschal merchant object …`.
struct MerchantObjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Publish what a merchant sells, list it, order it.",
        discussion: """
              seneschal merchant object template > tales.json
              seneschal merchant object publish --file tales.json
              seneschal merchant object stock obj_… --change 20
              seneschal merchant object order obj_… --quantity 2 --credential-file ada.credential
            """,
        subcommands: [Publish.self, List.self, State.self, Stock.self, Order.self, Orders.self, Template.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish an object in the merchant's name.")

        @Option(help: ArgumentHelp("The object in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.publishObject, try TextInput.message(API.PublishObjectRequest.self, from: file))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all objects.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listObjects) }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Withdraw an object, or publish it again.")

        @Argument(help: ArgumentHelp("The object.", valueName: "obj_…"))
        var object: String

        @Argument(help: "published or withdrawn.")
        var state: StateArgument<API.TargetObjectState>

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.setObjectState, .init(state: state.value), ["object": object])
        }
    }

    struct Stock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add to the stock, or take from it.")

        @Argument(help: ArgumentHelp("The object.", valueName: "obj_…"))
        var object: String

        @Option(parsing: .unconditional, help: "How many more; fewer when negative.")
        var change: Int

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.changeStock, .init(change: change), ["object": object])
        }
    }

    struct Order: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Order so many as a user; answers the instruction to pay for them.")

        @Argument(help: ArgumentHelp("The object.", valueName: "obj_…"))
        var object: String

        @Option(help: "How many.")
        var quantity = 1

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.orderObject, .init(object: object, quantity: quantity))
        }
    }

    struct Orders: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's newest orders.")

        @OptionGroup var list: NewestOptions

        func run() async throws { try await list.show(Endpoints.listObjectOrders) }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print an object in JSON to start from.")

        func run() { Terminal.output(API.PublishObjectRequest.schema.example.indentedText) }
    }
}
