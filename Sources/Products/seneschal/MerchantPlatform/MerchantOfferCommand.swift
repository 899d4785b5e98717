import ArgumentParser
import SeneschalAPI

/// `seneschal merchant offer …`.
struct MerchantOfferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer", abstract: "Publish offers, and report the use of their coupons.",
        discussion: """
              seneschal merchant offer template > offer.json
              seneschal merchant offer publish --file offer.json
              seneschal merchant offer state off_… withdrawn
              seneschal merchant offer report --merchant mrc_… --key quay.pem --key-name quay-till --coupon cpn_… \
            --presentation "$SHOWN" --first-user usr_… --function purchase --amount 2000 --currency EUR
              seneschal merchant offer retry rwd_…
            """,
        subcommands: [Publish.self, List.self, State.self, Report.self, Retry.self, Template.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish an offer in the merchant's name.")

        @Option(help: ArgumentHelp("The offer in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.publishOffer, try TextInput.message(API.PublishOfferRequest.self, from: file))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all offers.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listOffers) }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Withdraw an offer, or publish it again.")

        @Argument(help: ArgumentHelp("The offer.", valueName: "off_…"))
        var offer: String

        @Argument(help: "published or withdrawn.")
        var state: StateArgument<API.OfferState>

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.setOfferState, .init(state: state.value), ["offer": offer])
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a reward that the payment server has refused tried again.")

        @Argument(help: ArgumentHelp("The reward.", valueName: "rwd_…"))
        var reward: String

        @OptionGroup var request: RequestOptions

        func run() async throws { try await request.show(Endpoints.retryReward, .init(), ["reward": reward]) }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print an offer in JSON to start from.")

        func run() { Terminal.output(API.PublishOfferRequest.schema.example.indentedText) }
    }
}
