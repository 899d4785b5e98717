import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal merchant …`: a merchant platform, and what its operator, its merchants and its users do.
struct MerchantPlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merchant",
        abstract: "Run a merchant platform: tags, objects that are sold, offers that are shared and rewarded.",
        discussion: """
              seneschal merchant serve --name plaza --tag-host plaza.example --payment-server http://127.0.0.1:8083 \
            --data plaza --first-run &
              export SENESCHAL_SERVER=http://127.0.0.1:8085 SENESCHAL_CREDENTIAL_FILE=plaza/operator.credential
              seneschal merchant add --name "Quay Books" --payee acc_… --reward-account acc_… --currency EUR \
            --category 5942 --secret-file quay.credential
              seneschal merchant tag make 04DE5F1EACC040 --label "Table 4" --amount 450 --credential-file quay.credential
              seneschal merchant object publish --file tales.json --credential-file quay.credential
              seneschal merchant offer publish --file offer.json --credential-file quay.credential
              seneschal merchant user add ada --secret-file ada.credential
            """,
        subcommands: [
            MerchantServeCommand.self, MerchantAddCommand.self, MerchantListCommand.self, MerchantStateCommand.self,
            MerchantKeyCommand.self, MerchantTagCommand.self, MerchantObjectCommand.self, MerchantOfferCommand.self,
            MerchantUserCommand.self, MerchantPaymentsCommand.self, MerchantAuditCommand.self,
        ])
}

/// `seneschal merchant payments`.
struct MerchantPaymentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payments", abstract: "List the newest instructions to pay the merchant, and what became of them.")

    @OptionGroup var list: NewestOptions

    func run() async throws { try await list.show(Endpoints.listMerchantInstructions) }
}

/// `seneschal merchant audit`.
struct MerchantAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List the newest lines of the audit trail.")

    @OptionGroup var list: NewestOptions

    func run() async throws { try await list.show(Endpoints.listMerchantAuditEntries) }
}

/// `seneschal merchant key`.
struct MerchantKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Print the public keys that the platform signs with.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // Anybody may ask.
        try output.show(
            try await server.withOpenClient { try await $0.send(Endpoints.getMerchantPlatformKey, NoBody()) })
    }
}
