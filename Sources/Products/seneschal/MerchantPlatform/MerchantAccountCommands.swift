import ArgumentParser
import SeneschalAPI

/// `seneschal merchant add`.
struct MerchantAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Register a merchant, and make its access credential.")

    @Option(help: "What payers see.")
    var name: String

    @Option(help: ArgumentHelp("Its account at the payment server.", valueName: "account"))
    var payee: String

    @Option(help: ArgumentHelp("The account that its rewards are paid from.", valueName: "account"))
    var rewardAccount: String?

    @Option(help: ArgumentHelp("ISO 4217.", valueName: "code"))
    var currency: String

    @Option(help: ArgumentHelp("Merchant category code, ISO 18245.", valueName: "digits"))
    var category: String

    @Option(help: ArgumentHelp("`kid` of the usage reports that it signs.", valueName: "name"))
    var keyName: String?

    @Option(help: ArgumentHelp("The public key on P-256 (PEM) that they are verified with.", valueName: "file"))
    var publicKey: String?

    @OptionGroup var secret: SecretOptions
    @OptionGroup var request: RequestOptions

    func validate() throws {
        if (keyName == nil) != (publicKey == nil) { throw ValidationError("--key-name and --public-key go together.") }
    }

    func run() async throws {
        try secret.check()
        let merchant = API.RegisterMerchantRequest(
            name: name, payee: payee, rewardAccount: rewardAccount, currency: currency, category: category,
            keyName: keyName, publicKey: try publicKey.map(TextInput.read))
        var answer = try await request.answer(Endpoints.registerMerchant, merchant)
        answer.secret = try secret.keep(answer.secret)
        try request.output.show(answer)
    }
}

/// `seneschal merchant list`.
struct MerchantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the merchants by identifier.")

    @OptionGroup var list: PageOptions

    func run() async throws { try await list.show(Endpoints.listMerchants) }
}

/// `seneschal merchant state`.
struct MerchantStateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Suspend a merchant, or let it work again.")

    @Argument(help: ArgumentHelp("The merchant.", valueName: "mrc_…"))
    var merchant: String

    @Argument(help: "active or suspended.")
    var state: StateArgument<API.MerchantState>

    @OptionGroup var request: RequestOptions

    func run() async throws {
        try await request.show(Endpoints.setMerchantState, .init(state: state.value), ["merchant": merchant])
    }
}

/// A state of the contract on the command line.
struct StateArgument<State: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument, Sendable {
    let value: State

    init?(argument: String) {
        guard let value = State(rawValue: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { State.allCases.map(\.rawValue) }
}
