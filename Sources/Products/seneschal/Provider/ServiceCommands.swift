import ArgumentParser
import SeneschalAPI
import SeneschalClient

/// `seneschal provider pre-personalize`.
struct PrePersonalizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pre-personalize",
        abstract: "Have your security domain and the service's application prepared on the card.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { client in
                let names = try await target.request(client)
                return try await client.prePersonalize(
                    .init(seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier),
                    idempotencyKey: key.idempotencyKey)
            })
    }
}

/// `seneschal provider activate`.
struct ActivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Make the application of a personalized service selectable.")

    @OptionGroup var service: ServiceCommandOptions

    func run() async throws {
        try await service.run { try await $0.activateService($1, idempotencyKey: $2) }
    }
}

/// `seneschal provider lock`.
struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Stop the application of a service.")

    @OptionGroup var service: ServiceCommandOptions

    func run() async throws {
        try await service.run { try await $0.lockService($1, idempotencyKey: $2) }
    }
}

/// `seneschal provider unlock`.
struct UnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let a stopped application run again.")

    @OptionGroup var service: ServiceCommandOptions

    func run() async throws {
        try await service.run { try await $0.unlockService($1, idempotencyKey: $2) }
    }
}

/// `seneschal provider delete`.
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove the instance of a service from the card.")

    @OptionGroup var service: ServiceCommandOptions

    func run() async throws {
        try await service.run { try await $0.deleteService($1, idempotencyKey: $2) }
    }
}

/// `seneschal provider status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Where a service stands.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { client in
                try await client.serviceStatus(try await target.request(client))
            })
    }
}

/// The options of the commands that change the state of one service.
struct ServiceCommandOptions: ParsableArguments {
    @OptionGroup var target: TargetOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run(
        _ request: (SeneschalClient, API.ServiceRequest, _ key: String?) async throws -> API.ServiceResponse
    ) async throws {
        try output.show(
            try await server.withClient { client in
                try await request(client, try await target.request(client), key.idempotencyKey)
            })
    }
}
