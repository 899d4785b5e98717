import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal provider data`: get SE data, in one request or in two.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "What you may know of a customer's secure element.",
        discussion: "  seneschal provider data --msi 491700000001 --credential-file bank.credential")

    @Option(help: ArgumentHelp("The subscription: a telephone number, imsi:… or alias:…", valueName: "number"))
    var msi: SubscriptionArgument

    @Option(help: ArgumentHelp("The secure element, which must belong to the subscription.", valueName: "id"))
    var se: SecureElementArgument?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { client in
                try await client.secureElementData(.init(msi: msi.msi, seId: se?.id))
            })
    }
}
