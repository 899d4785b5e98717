import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal issuer cardholder …`.
struct IssuerCardholderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cardholder", abstract: "Register a cardholder, or list them.",
        discussion: """
              seneschal issuer cardholder template > ada.json
              seneschal issuer cardholder add --file ada.json
              seneschal issuer cardholder list --json
            """,
        subcommands: [Add.self, List.self, Template.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a cardholder.",
            discussion: "What identifies a person stands in a file: every process of this machine can see arguments.")

        @Option(
            help: ArgumentHelp(
                "Name, identity number and reserved telephone number in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var request: IssuerRequestOptions

        func run() async throws {
            let cardholder = try TextInput.message(API.RegisterCardholderRequest.self, from: file)
            try request.output.show(
                try await request.server.withClient {
                    try await $0.registerCardholder(cardholder, idempotencyKey: request.key.idempotencyKey)
                })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the cardholders by identifier, without what identifies them.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listCardholders) }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a cardholder in JSON to start from.")

        func run() { Terminal.output(API.RegisterCardholderRequest.schema.example.indentedText) }
    }
}
