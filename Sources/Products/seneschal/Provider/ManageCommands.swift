import ArgumentParser
import CardCryptography
import GlobalPlatform
import ISO7816
import KeyVault
import SeneschalAPI
import SeneschalClient
import ServiceProvider

/// `seneschal provider manage …`: content of one's own, by Delegated Management.
struct ManageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manage",
        abstract: "Load, install and delete by yourself, with tokens of the central TSM's (Delegated Management).",
        discussion: """
            Every step is approved with a token, carried out in your own session, and its receipt handed back. After an \
            interruption run the same command again: what is done is found done, a lost answer is settled by reading \
            the card.

              seneschal provider manage load toll.cap --vault toll.vault --msi 491700000001 \\
                --service 7/1.0 --sp-name "Toll Road" --prn PRN-0001
              seneschal provider manage install F0544F4C4C01000101 --package F0544F4C4C0100 --module F0544F4C4C010001 …
              seneschal provider manage list --msi 491700000001
              seneschal provider manage delete F0544F4C4C01000101 …
            """,
        subcommands: [
            Load.self, Install.self, MakeSelectable.self, Delete.self, List.self, Tokens.self, Settle.self,
        ])

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Load a package (CAP) into your security domain.")

        @Argument(help: ArgumentHelp("The package.", valueName: "file.cap"))
        var file: String
        @OptionGroup var manager: ManagerOptions

        func run() async throws {
            let package = try LoadFileInput.read(file)
            try await manager.run(.load(executableLoadFile: package.packageAID, LoadFile(package)))
        }
    }

    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an application from a package, selectable at once.")

        @Argument(help: "The AID of the application.")
        var aid: HexArgument
        @Option(help: ArgumentHelp("The AID of the package.", valueName: "aid"))
        var package: HexArgument
        @Option(help: ArgumentHelp("The AID of the module.", valueName: "aid"))
        var module: HexArgument
        @Option(help: ArgumentHelp("What goes into tag C9.", valueName: "hex"))
        var parameters: HexArgument?
        @Flag(help: "Leave it INSTALLED; it is made selectable later.")
        var installedOnly = false
        @OptionGroup var manager: ManagerOptions

        func run() async throws {
            try await manager.run(
                .install(
                    executableLoadFile: try AID(package.bytes), executableModule: try AID(module.bytes),
                    application: try AID(aid.bytes), parameters: parameters?.bytes ?? [],
                    makeSelectable: !installedOnly))
        }
    }

    struct MakeSelectable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "make-selectable", abstract: "Make an installed application selectable.")

        @Argument(help: "The AID of the application.")
        var aid: HexArgument
        @OptionGroup var manager: ManagerOptions

        func run() async throws { try await manager.run(.makeSelectable(try AID(aid.bytes))) }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an application or a package; the applications of a package first.")

        @Argument(help: "Its AID.")
        var aid: HexArgument
        @OptionGroup var manager: ManagerOptions

        func run() async throws { try await manager.run(.delete(try AID(aid.bytes))) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What you have on a card by Delegated Management, as receipts and readings told.")

        @Option(help: ArgumentHelp("The subscription.", valueName: "number"))
        var msi: SubscriptionArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await server.withClient { client in
                    let element = try await client.secureElementIdentifier(.init(msi: msi.msi))
                    return try await client.delegatedContent(.init(seId: element.seId, msi: msi.msi))
                })
        }
    }

    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Only ask for tokens: commands in, commands with tokens out.",
            discussion: "For those who carry the commands to the card themselves; receipts go back by HTTP.")

        @Option(
            help: ArgumentHelp("Commands in hex, one a line, without tokens; - is standard input.", valueName: "file"))
        var file: String
        @Option(help: ArgumentHelp("The subscription.", valueName: "number"))
        var msi: SubscriptionArgument
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            let script = try TextInput.script(file)
            try await request.show { client, key in
                let element = try await client.secureElementIdentifier(.init(msi: msi.msi))
                return try await client.requestTokens(
                    .init(seId: element.seId, msi: msi.msi, apdus: script.apdus), idempotencyKey: key)
            }
        }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the card read, to find out which tokens of an approval were used.")

        @Argument(help: "The approval, as `tokens` answered it.")
        var approval: String
        @OptionGroup var request: CardRequestOptions

        func run() async throws {
            try await request.show {
                try await $0.settleTokens(.init(approvalId: approval), idempotencyKey: $1)
            }
        }
    }
}

/// Whose card, whose keys, and which communication carries it.
struct ManagerOptions: ParsableArguments {
    @OptionGroup var target: TargetOptions
    @OptionGroup var vault: ProviderVaultOptions
    @OptionGroup var server: ServerOptions

    func run(_ operation: DelegatedOperation) async throws {
        guard target.msi.msi.type == .mdn else {
            throw CommandFailure(.usage, "here the subscription is a telephone number")
        }
        let keys = try vault.open()
        defer { keys.close() }
        let done = try await server.withClient { client in
            let manager = DelegatedManager(
                tsm: HTTPCentralTSMConnection(client, providerName: target.spName), keys: keys,
                random: SystemRandomSource())
            do throws(ProvisioningError) {
                return try await manager.run(
                    .init(
                        subscriber: Subscriber(msi: target.msi.msi.value),
                        service: ServiceName(
                            number: target.service.service.id, version: target.service.service.version),
                        paymentReferenceNumber: target.prn, operations: [operation])
                ) { Terminal.message($0.inWords) }
            } catch {
                throw CommandFailure(.refused, "\(error)")
            }
        }
        Terminal.output(done == 0 ? "\(operation.object) was so already." : "\(operation.object): done.")
    }
}

extension DelegatedManager.Step {
    var inWords: String {
        switch self {
        case .approved(let numbers): "approved          token \(numbers.inWords)"
        case .confirmed(let numbers): "receipt verified  token \(numbers.inWords)"
        case .settled(let used, let unused):
            "settled           used: \(used.inWords); not used: \(unused.inWords)"
        case .repeating(let reason): "…                 \(reason)"
        }
    }
}

extension [UInt64] {
    fileprivate var inWords: String { isEmpty ? "none" : map { "\($0)" }.joined(separator: ", ") }
}
