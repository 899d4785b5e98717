import ArgumentParser
import ISO7816
import SeneschalAPI
import SeneschalClient

/// `seneschal provider begin`.
struct BeginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "begin", abstract: "Begin a communication with one secure element.")

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Your security domain, or an instance under it.", valueName: "aid"))
    var targetAid: HexArgument

    @Option(help: "Bytes that one script is expected to take.")
    var scriptSize = 4_096

    @Option(help: "COMPACT or EXPANDED.")
    var format = API.ScriptFormat.compact

    @Option(help: "keyRotation, personalization, postPersonalization or provisioning.")
    var operation: API.Operation

    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { client in
                let names = try await target.request(client)
                return try await client.beginCommunication(
                    .init(
                        seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier,
                        targetAID: HexBytes(targetAid.bytes), scriptFormat: format, scriptSize: scriptSize,
                        operation: operation), idempotencyKey: key.idempotencyKey)
            })
    }
}

/// `seneschal provider script`.
struct ScriptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "script",
        abstract: "Have command APDUs executed in an open communication.",
        discussion: """
            The file holds one command per line in hex; # begins a comment. Without a file, standard input is read.

              echo '80CA006600' | seneschal provider script 9f86d081884c7d659a2feaa0c55ad015

            The status is 0 when every command was executed, 1 when the card refused one, 4 when the outcome is unknown.
            """)

    @Argument(help: "The communication, as answered by begin.")
    var communication: String

    @Option(help: ArgumentHelp("The script.", valueName: "file"))
    var file = "-"

    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let script = try TextInput.script(file)
        let answer = try await server.withClient { client in
            try await client.processScript(script, in: communication, idempotencyKey: key.idempotencyKey)
        }
        try output.show(answer)
        try answer.outcome.check()
    }
}

/// `seneschal provider end`.
struct EndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End a communication; it is of no more use afterwards.")

    @Argument(help: "The communication, as answered by begin.")
    var communication: String

    @Option(help: "How the operation went: success or failure.")
    var status = API.Status.success

    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            try await server.withClient { client in
                try await client.endCommunication(
                    .init(operationStatus: status), in: communication, idempotencyKey: key.idempotencyKey)
            })
    }
}

extension API.ScriptResponse.Outcome {
    /// The answer has been shown: what is left is the status for the shell.
    func check() throws {
        switch self {
        case .completed: return
        case .stopped: throw CommandFailure(.refused, "the card stopped the script")
        case .unknown:
            throw CommandFailure(
                .unknownOutcome, "whether the script ran is unknown as yet",
                nextStep: "repeat the command with the same --idempotency-key")
        }
    }
}

/// Bytes in hex on the command line.
struct HexArgument: ExpressibleByArgument {
    let bytes: [UInt8]

    init?(argument: String) {
        guard let bytes = try? [UInt8](hex: argument) else { return nil }
        self.bytes = bytes
    }
}
