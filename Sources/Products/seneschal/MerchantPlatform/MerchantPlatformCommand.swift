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

/// Where the platform is, who asks, and how the answer is shown.
struct MerchantRequestOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    /// Sends one request and shows the answer.
    func show<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>, _ body: Body, _ parameters: [String: String] = [:]
    ) async throws {
        try output.show(try await answer(endpoint, body, parameters))
    }

    func answer<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>, _ body: Body, _ parameters: [String: String] = [:]
    ) async throws -> Answer {
        try await server.withClient {
            try await $0.send(endpoint, body, parameters, idempotencyKey: key.idempotencyKey)
        }
    }
}

/// The newest items of a list that has no pages.
struct MerchantNewestOptions: ParsableArguments {
    @Option(help: "Items at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func show<Item: WireType>(_ endpoint: Endpoint<NoBody, API.Page<Item>>) async throws {
        try output.show(try await server.withClient { try await $0.list(endpoint, limit: limit) })
    }
}

/// `seneschal merchant payments`.
struct MerchantPaymentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payments", abstract: "List the newest instructions to pay the merchant, and what became of them.")

    @OptionGroup var list: MerchantNewestOptions

    func run() async throws { try await list.show(Endpoints.listMerchantInstructions) }
}

/// `seneschal merchant audit`.
struct MerchantAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List the newest lines of the audit trail.")

    @OptionGroup var list: MerchantNewestOptions

    func run() async throws { try await list.show(Endpoints.listMerchantAuditEntries) }
}

/// `seneschal merchant key`.
struct MerchantKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Print the public keys that the platform signs with.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let transport = try server.transport()
        let answer: API.MerchantPlatformKey
        do {
            // Anybody may ask.
            answer = try await SeneschalClient(transport, credential: nil)
                .send(Endpoints.getMerchantPlatformKey, NoBody())
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        try output.show(answer)
    }
}
