import ArgumentParser
import ISO7816
import SeneschalAPI
import SeneschalClient

/// `seneschal operator credential …`: who may ask.
struct CredentialCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Issue a further access credential, or revoke one.",
        discussion: """
              seneschal operator credential issue --holder operator:anna --secret-file anna.credential
              seneschal operator credential issue --holder provider:5f1c0a9be2d34477 --secret-file bank.credential
              seneschal operator list credentials
              seneschal operator credential revoke 5A5A…
            """,
        subcommands: [Issue.self, Revoke.self])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a further access credential for somebody who is registered.")

        @Option(
            help: ArgumentHelp("provider:ID, operator:NAME or agent:SECURE-ELEMENT.", valueName: "holder"))
        var holder: CredentialHolderArgument
        @OptionGroup var secret: SecretOptions
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try secret.check()
            var answer = try await request.server.withClient {
                try await $0.issueCredential(
                    .init(holder: holder.holder), idempotencyKey: request.key.idempotencyKey)
            }
            answer.secret = try secret.keep(answer.secret)
            try request.output.show(answer)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a credential open nothing any more.")

        @Argument(help: "The credential, as `seneschal operator list credentials` names it.")
        var id: HexArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show { try await $0.revokeCredential(id.bytes.hex, idempotencyKey: $1) }
        }
    }
}

/// Whose credential it is: `provider:5f1c…`, `operator:anna`, `agent:45434E…`.
struct CredentialHolderArgument: ExpressibleByArgument {
    let holder: API.CredentialHolder

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let name = String(parts[1])
        switch parts[0] {
        case "provider": holder = .init(type: .serviceProvider, id: name)
        case "operator": holder = .init(type: .operator, id: name)
        case "agent":
            guard let se = SecureElementArgument(argument: name) else { return nil }
            holder = .init(type: .agent, id: se.id.pathSegment)
        default: return nil
        }
    }
}
