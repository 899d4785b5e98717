import ArgumentParser
import SeneschalAPI

/// `seneschal merchant user …`.
struct MerchantUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Register users; share, use coupons and see rewards as one of them.",
        discussion: """
              seneschal merchant user add ada --reward-account acc_… --secret-file ada.credential
              seneschal merchant user relate bob --credential-file ada.credential
              seneschal merchant user share off_… bob --credential-file ada.credential
              seneschal merchant user coupons --credential-file bob.credential
              seneschal merchant user present cpn_… --credential-file bob.credential
              seneschal merchant user rewards --credential-file ada.credential
            """,
        subcommands: [
            Add.self, Relate.self, Relations.self, Share.self, Recommend.self, Coupons.self, Present.self,
            Rewards.self, Notifications.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Register a user, and make its access credential.")

        @Argument(help: "Lower-case letters, digits, points and hyphens.")
        var name: String

        @Option(help: ArgumentHelp("Where its rewards go.", valueName: "account"))
        var rewardAccount: String?

        @OptionGroup var secret: SecretOptions
        @OptionGroup var request: RequestOptions

        func run() async throws {
            try secret.check()
            var answer = try await request.answer(
                Endpoints.registerPlatformUser, .init(name: name, rewardAccount: rewardAccount))
            answer.secret = try secret.keep(answer.secret)
            try request.output.show(answer)
        }
    }

    struct Relate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask another user, or agree when the other has asked; --end ends it.")

        @Argument(help: "The other user.")
        var name: String

        @Flag(help: "End the relation, or take back or decline what was asked.")
        var end = false

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(end ? Endpoints.endRelation : Endpoints.relate, .init(name: name))
        }
    }

    struct Relations: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the user's relations.")

        @OptionGroup var request: RequestOptions

        func run() async throws { try await request.show(Endpoints.listRelations, NoBody()) }
    }

    struct Share: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Share an offer with users.")

        @Argument(help: ArgumentHelp("The offer.", valueName: "off_…"))
        var offer: String

        @Argument(help: "With whom.")
        var names: [String]

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.shareOffer, .init(recipients: names), ["offer": offer])
        }
    }

    struct Recommend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Share an offer with whom its sharing rule finds.")

        @Argument(help: ArgumentHelp("The offer.", valueName: "off_…"))
        var offer: String

        @OptionGroup var request: RequestOptions

        func run() async throws { try await request.show(Endpoints.recommendOffer, .init(), ["offer": offer]) }
    }

    struct Coupons: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the user's newest coupons.")

        @OptionGroup var list: NewestOptions

        func run() async throws { try await list.show(Endpoints.listCoupons) }
    }

    struct Present: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make what is shown at the counter.")

        @Argument(help: ArgumentHelp("The coupon.", valueName: "cpn_…"))
        var coupon: String

        @OptionGroup var request: RequestOptions

        func run() async throws { try await request.show(Endpoints.presentCoupon, .init(), ["coupon": coupon]) }
    }

    struct Rewards: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the user's newest rewards.")

        @OptionGroup var list: NewestOptions

        func run() async throws { try await list.show(Endpoints.listRewards) }
    }

    struct Notifications: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the simulated push service: what the user would have been sent.")

        @OptionGroup var request: RequestOptions

        func run() async throws { try await request.show(Endpoints.listRewardNotifications, NoBody()) }
    }
}
