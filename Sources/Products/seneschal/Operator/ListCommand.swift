import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal operator list`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is registered, and what has happened.")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case networks, providers, services, secureElements = "secure-elements", subscriptions
        case cardBatches = "card-batches", credentials, communications, executions, audit, approvals
        case delegationPolicies = "delegation-policies"
    }

    @Argument(help: "One of \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: Kind

    @Option(help: ArgumentHelp("For subscriptions: the secure element.", valueName: "id"))
    var se: SecureElementArgument?

    @Option(help: "Items at most, 1 to \(API.limitMax).")
    var limit = API.limitDefault

    @Option(help: ArgumentHelp("The `next` of the page before.", valueName: "cursor"))
    var after: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if kind == .subscriptions && se == nil { throw ValidationError("Which secure element's? --se ID.") }
    }

    func run() async throws {
        try await server.withClient { client in
            switch kind {
            case .networks: try await show(Endpoints.listMobileNetworks, client)
            case .providers: try await show(Endpoints.listServiceProviders, client)
            case .services: try await show(Endpoints.listServices, client)
            case .secureElements: try await show(Endpoints.listSecureElements, client)
            case .subscriptions: try await show(Endpoints.listSubscriptions, client)
            case .cardBatches: try await show(Endpoints.listCardBatches, client)
            case .credentials: try await show(Endpoints.listCredentials, client)
            case .approvals: try await show(Endpoints.listApprovals, client)
            case .delegationPolicies: try await show(Endpoints.listDelegationPolicies, client)
            case .communications: try await show(Endpoints.listCommunications, client)
            case .executions: try await show(Endpoints.listExecutions, client)
            case .audit: try await show(Endpoints.listAuditEntries, client)
            }
        }
    }

    private func show<Item: WireType>(
        _ endpoint: Endpoint<NoBody, API.Page<Item>>, _ client: SeneschalClient
    ) async throws {
        try output.show(try await client.list(endpoint, limit: limit, after: after, of: se?.id))
    }
}

/// `seneschal operator reconcile`.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Read a card and settle whatever an interruption left open on it.")

    @Argument(help: "The secure element.")
    var se: SecureElementArgument

    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { try await $0.reconcile(se.id, idempotencyKey: key.idempotencyKey) })
    }
}

/// `seneschal operator template`.
struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Print a registration in JSON to start from.")

    enum Kind: String, ExpressibleByArgument, CaseIterable { case service, secureElement = "secure-element" }

    private static let rarelyMeant: Set = ["providers", "issuerSecurityDomain"]

    @Argument(help: "service or secure-element.")
    var kind: Kind

    func run() {
        let schema =
            switch kind {
            case .service: API.Service.schema
            case .secureElement: API.RegisterSecureElementRequest.schema
            }
        // Without the list of providers the service is open to all; without an issuer SD the card is an embedded one.
        let members = (schema.example.members ?? []).filter { !Self.rarelyMeant.contains($0.name) }
        Terminal.output(JSONValue.object(members).indentedText)
    }
}
