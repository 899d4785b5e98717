import ArgumentParser
import ISO7816
import SeneschalAPI
import SeneschalClient

/// `seneschal operator delegate`: what a provider may do by itself.
struct DelegateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegate",
        abstract: "Agree what a provider may have approved; replaces what was agreed before.",
        discussion: """
            Agree before the provider's security domain is made: it gets the privilege at pre-personalization. Then \
            put the keys on the card:

              seneschal operator delegate 5f1c0a9be2d34477 --prefix F0544F4C4C --objects 8
              seneschal operator card token-keys 45434E0000000001
              seneschal operator list approvals
            """)

    @Argument(help: "The provider's identifier.")
    var provider: String

    @Option(
        name: .customLong("prefix"),
        help: ArgumentHelp("Its packages and applications begin with this; may be repeated.", valueName: "hex"))
    var prefixes: [HexArgument]

    @Option(
        name: .customLong("package"),
        help: ArgumentHelp("A package of the central SD's that it may instantiate; may be repeated.", valueName: "aid"))
    var packages: [HexArgument] = []

    @Option(
        name: .customLong("step"),
        help:
            "Only this: \(API.DelegationPolicy.Step.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated."
    )
    var steps: [API.DelegationPolicy.Step] = []

    @Option(help: "Objects on one card, at most.")
    var objects = 16

    @OptionGroup var request: CardRequestOptions

    func run() async throws {
        try await request.show {
            try await $0.setDelegationPolicy(
                .init(
                    providerId: provider, steps: steps.isEmpty ? nil : steps,
                    aidPrefixes: prefixes.map { HexBytes($0.bytes) }, packages: packages.map { HexBytes($0.bytes) },
                    objectsMax: objects), idempotencyKey: $1)
        }
    }
}

extension OperatorCardCommand {
    struct TokenKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token-keys",
            abstract: "Put the keys on the card that verify tokens and make receipts (Figs. 7 and 8).")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show { try await $0.putTokenKeys(on: se.id, idempotencyKey: $1) }
        }
    }
}
