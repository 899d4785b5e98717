import ArgumentParser
import CardLink
import GlobalPlatform
import ISO7816
import SeneschalAPI
import SeneschalClient

/// `seneschal operator card …`: what an operator does to one secure element.
struct OperatorCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Lock, unlock or terminate a card; its applications and packages.",
        discussion: """
              seneschal operator card lock 45434E0000000001
              seneschal operator card unlock 45434E0000000001
              seneschal operator card lock-application 45434E0000000001 F053454E45534348414C50410001
              seneschal operator card load 45434E0000000001 telecom.cap
              seneschal operator card install 45434E0000000001 F053… --package F053… --module F053…
              seneschal operator card delete 45434E0000000001 F053…

            Cards are locked through their issuer security domain, content is managed in the subtree of the management \
            domain; what lies outside of it the card refuses.
            """,
        subcommands: [
            Lock.self, Unlock.self, Terminate.self, LockApplication.self, UnlockApplication.self, Load.self,
            Install.self, Delete.self, TokenKeys.self,
        ])

    struct Lock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lock the card: only its issuer security domain answers until it is unlocked.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show { try await $0.lockSecureElement(se.id, idempotencyKey: $1) }
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a locked card work again.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show { try await $0.unlockSecureElement(se.id, idempotencyKey: $1) }
        }
    }

    struct Terminate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the life of the card.", discussion: "There is no way back, so --forever has to be given.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Flag(help: "Yes, for good.")
        var forever = false
        @OptionGroup var request: CardRequestOptions

        func validate() throws {
            if !forever { throw ValidationError("A terminated card never works again: add --forever.") }
        }

        func run() async throws {
            try await request.show { try await $0.terminateSecureElement(se.id, idempotencyKey: $1) }
        }
    }

    struct LockApplication: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lock-application", abstract: "Stop a service's application.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Argument(help: "The AID of the application.")
        var aid: HexArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show {
                try await $0.lockApplication(HexBytes(aid.bytes), on: se.id, idempotencyKey: $1)
            }
        }
    }

    struct UnlockApplication: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unlock-application", abstract: "Let a stopped application run again.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Argument(help: "The AID of the application.")
        var aid: HexArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show {
                try await $0.unlockApplication(HexBytes(aid.bytes), on: se.id, idempotencyKey: $1)
            }
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load a package (CAP) without DAP into the management domain.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Argument(help: ArgumentHelp("The package.", valueName: "file.cap"))
        var file: String
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            let package = try LoadFileInput.read(file)
            try await request.show {
                try await $0.loadPackage(
                    .init(
                        aid: HexBytes(package.packageAID.bytes), loadFileDataBlock: HexBytes(package.loadFileDataBlock)),
                    on: se.id, idempotencyKey: $1)
            }
        }
    }

    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an application of the management domain's own from a package, selectable at once.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Argument(help: "The AID of the application.")
        var aid: HexArgument
        @Option(help: ArgumentHelp("The AID of the package.", valueName: "aid"))
        var package: HexArgument
        @Option(help: ArgumentHelp("The AID of the module.", valueName: "aid"))
        var module: HexArgument
        @Option(help: ArgumentHelp("What goes into tag C9.", valueName: "hex"))
        var parameters: HexArgument?
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show {
                try await $0.installApplication(
                    .init(
                        executableLoadFile: HexBytes(package.bytes), executableModule: HexBytes(module.bytes),
                        aid: HexBytes(aid.bytes), installParameters: parameters.map { HexBytes($0.bytes) }),
                    on: se.id, idempotencyKey: $1)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an application or a package that the management domain manages.")

        @Argument(help: "The secure element.")
        var se: SecureElementArgument
        @Argument(help: "Its AID.")
        var aid: HexArgument
        @Flag(help: "A package's applications, too.")
        var withRelated = false
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show {
                try await $0.deleteContent(
                    .init(aid: HexBytes(aid.bytes), withRelated: withRelated), on: se.id, idempotencyKey: $1)
            }
        }
    }
}

/// Where the server is, the key of the request, and how its answer is shown.
struct CardRequestOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func show<Answer: WireType>(
        _ request: (SeneschalClient, _ key: String?) async throws -> Answer
    ) async throws {
        try output.show(try await server.withClient { try await request($0, key.idempotencyKey) })
    }
}

/// A package on disk.
enum LoadFileInput {
    static let bytesMax = 1_048_576

    static func read(_ path: String) throws -> ExecutableLoadFile {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure(.refused, "\(path) does not exist")
        }
        return try ExecutableLoadFile(file: bytes)
    }
}
