import ArgumentParser
import Assembly
import SeneschalAPI
import SeneschalClient

/// `seneschal operator add …`.
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Register something new.",
        subcommands: [
            Network.self, Provider.self, Service.self, WalletServices.self, PaymentServices.self, CardBatch.self,
            SecureElement.self, Subscription.self,
        ])

    /// `seneschal operator add network`.
    struct Network: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Register a mobile network.")

        @Argument(help: "Letters, digits, '-', '_' and '.'.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await server.withClient {
                    try await $0.registerMobileNetwork(.init(name: name), idempotencyKey: key.idempotencyKey)
                })
        }
    }

    /// `seneschal operator add provider`.
    struct Provider: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a service provider.",
            discussion: "The provider takes in the wrapped key with `seneschal provider keys import`.")

        @Argument(help: "The name in service qualifiers.")
        var name: String

        @Option(help: ArgumentHelp("The provider's public transport key (PEM).", valueName: "file"))
        var transportKey: String

        @OptionGroup var secret: SecretOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try secret.check()
            let pem = try TextInput.read(transportKey)
            var answer = try await server.withClient {
                try await $0.registerServiceProvider(
                    .init(name: name, transportKey: pem), idempotencyKey: key.idempotencyKey)
            }
            answer.secret = try secret.keep(answer.secret)
            try output.show(answer)
        }
    }

    /// `seneschal operator add service`.
    struct Service: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register the definition of a service.",
            discussion: "`seneschal operator template service` prints a file to start from.")

        @Option(help: ArgumentHelp("The definition in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let definition = try TextInput.message(API.Service.self, from: file)
            try output.show(
                try await server.withClient {
                    try await $0.registerService(definition, idempotencyKey: key.idempotencyKey)
                })
        }
    }

    /// `seneschal operator add wallet-services`.
    struct WalletServices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "wallet-services", abstract: "Register the services that a wallet brings to life on cards.",
            discussion: "2001 and 2002, the universal cards, and 2003; those that are there already stay as they are.")

        @OptionGroup var server: ServerOptions

        func run() async throws { try await server.register(Assembly.WalletServices.all) }
    }

    /// `seneschal operator add payment-services`.
    struct PaymentServices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "payment-services",
            abstract: "Register the services that a payment server and trusted readers bring to life on cards.",
            discussion: """
                3001, the smart card of two-stage verification, 3002, the electronic purse, 3003 and 3004, SA1 and SA2 of a \
                trusted reading; those that are there already stay as they are.
                """)

        @OptionGroup var server: ServerOptions

        func run() async throws { try await server.register(Assembly.PaymentServices.all) }
    }

    /// `seneschal operator add card-batch`.
    struct CardBatch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "card-batch", abstract: "Make the master key of a batch of cards for their manufacturer.")

        @Argument(help: "What to call the batch.")
        var label: String

        @Option(help: ArgumentHelp("The manufacturer's public transport key (PEM).", valueName: "file"))
        var transportKey: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let pem = try TextInput.read(transportKey)
            try output.show(
                try await server.withClient {
                    try await $0.createCardBatch(
                        .init(label: label, transportKey: pem), idempotencyKey: key.idempotencyKey)
                })
        }
    }

    /// `seneschal operator add secure-element`.
    struct SecureElement: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "secure-element", abstract: "Register a secure element and its local agent.",
            discussion: "`seneschal operator template secure-element` prints a file to start from.")

        @Option(help: ArgumentHelp("The registration in JSON; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var secret: SecretOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try secret.check()
            let registration = try TextInput.message(API.RegisterSecureElementRequest.self, from: file)
            var answer = try await server.withClient {
                try await $0.registerSecureElement(registration, idempotencyKey: key.idempotencyKey)
            }
            answer.agentSecret = try secret.keep(answer.agentSecret)
            try output.show(answer)
        }
    }

    /// `seneschal operator add subscription`.
    struct Subscription: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register which secure element a subscription stands for.")

        @Option(help: ArgumentHelp("The subscription: a telephone number, imsi:… or alias:…", valueName: "number"))
        var msi: SubscriptionArgument

        @Option(help: ArgumentHelp("The secure element.", valueName: "id"))
        var se: SecureElementArgument

        @OptionGroup var server: ServerOptions
        @OptionGroup var key: KeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await server.withClient {
                    try await $0.registerSubscription(
                        .init(msi: msi.msi, seId: se.id), idempotencyKey: key.idempotencyKey)
                })
        }
    }
}

extension ServerOptions {
    /// Registers services, and tells of each; what is registered already is no error.
    fileprivate func register(_ services: [API.Service]) async throws {
        try await withClient { client in
            for service in services {
                do throws(SeneschalClientError) {
                    _ = try await client.registerService(service)
                    Terminal.output("\(service.service.id)/\(service.service.version)  \(service.name)")
                } catch {
                    guard case .problem(let problem) = error, problem.code == .duplicate else { throw error }
                    Terminal.output("\(service.service.id)/\(service.service.version)  is there already")
                }
            }
        }
    }
}

/// Where a secret goes that is told once: into a file, never to a terminal.
struct SecretOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The file for the new access credential (mode 0600). It must not exist.", valueName: "file"))
    var secretFile: String

    /// Before anything is registered: afterwards it would be too late.
    func check() throws {
        guard !SecretFile.exists(secretFile) else { throw CommandFailure(.usage, "\(secretFile) exists already") }
    }

    /// - Returns: what is shown in its place.
    func keep(_ secret: String) throws -> String {
        try SecretFile.create(secretFile, secret)
        return "in \(secretFile)"
    }
}
