import ArgumentParser
import Assembly
import Foundation
import HTTPServer
import Logging
import TrustedServiceManager

/// `seneschal serve`: the central TSM in one process.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the central TSM: HTTP doors for providers, operators and devices over one data folder.",
        discussion: """
            The first time, an operator's credential is written to var/operator.credential:

              seneschal serve --first-run

            To try things out, with five customers whose handsets are switched on:

              seneschal serve --first-run --virtual-handsets 5

            On an address that others can reach TLS is required:

              seneschal serve --address 0.0.0.0 --port 8443 --tls-certificate chain.pem --tls-key key.pem

            The first line on standard output is the address. The log goes to standard error, one JSON object a line. \
            SIGTERM and Control-C end the server after the requests under way have been answered.
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder = "var"

    @OptionGroup var listening: ListeningOptions

    @OptionGroup var vaultOptions: VaultOptions

    @Flag(help: "Make an operator's credential and write it to operator.credential in the data folder (mode 0600).")
    var firstRun = false

    @Flag(help: "Let the modules of the central TSM talk over its service bus instead of directly.")
    var serviceBus = false

    @Option(
        help: ArgumentHelp(
            "Register this many virtual handsets on two networks, and run them: cards in memory, gone with the process.",
            valueName: "n"))
    var virtualHandsets = 0

    @Option(
        help: ArgumentHelp(
            "Settled executions, ended communications, kept answers and audit lines are forgotten after so many days; "
                + "0 keeps them.", valueName: "days"))
    var retention = 400

    func validate() throws {
        if retention < 0 { throw ValidationError("--retention is 0 or more days.") }
        if !(0...HandsetShelf.handsetsMax).contains(virtualHandsets) {
            throw ValidationError("--virtual-handsets is 0 to \(HandsetShelf.handsetsMax).")
        }
        if virtualHandsets > 0 && listening.tlsCertificate != nil {
            throw ValidationError("--virtual-handsets is for trying things out, on a loopback address without TLS.")
        }
    }

    func run() async throws {
        let address = try listening.serverAddress(port: 8080)
        let logger = listening.logger("seneschal")
        let keyFile = URL(filePath: folder).appending(path: "vault.key").path
        let house = try CentralTSMHouse(
            folder: folder, unlock: try vaultOptions.unlock(keyFileDefault: keyFile),
            link: serviceBus ? .bus(ServiceBus()) : .direct, logger: logger)
        if firstRun { try await makeOperator(house.desk) }
        let days = retention
        let tidying = days > 0 ? Task { await house.keepTidy(days: days) } : nil
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (addresses, report) = AsyncStream<String>.makeStream()
            group.addTask {
                // A server that cannot listen ends at once.
                defer { report.finish() }
                try await listening.serve(house.server, at: address) { report.yield($0) }
            }
            var handsets: Task<Void, Never>?
            if let server = await addresses.first(where: { _ in true }), virtualHandsets > 0 {
                let shelf = try await HandsetShelf(
                    server: server, operatorSecret: try SecretFile.read(operatorFile), count: virtualHandsets)
                handsets = Task { await shelf.run() }
            }
            try await group.waitForAll()
            handsets?.cancel()
            await handsets?.value
        }
        tidying?.cancel()
        await tidying?.value
        try house.close()
        logger.info("stopped")
    }

    private var operatorFile: String { URL(filePath: folder).appending(path: "operator.credential").path }

    private func makeOperator(_ desk: OperatorDesk) async throws {
        let file = operatorFile
        guard !SecretFile.exists(file) else {
            throw CommandFailure(
                .refused, "\(file) exists already: this is not the first run",
                nextStep: "start without --first-run, or move the file away for another operator's credential")
        }
        try SecretFile.create(file, try await desk.createOperatorCredential(name: "first"))
        Terminal.message("The operator's credential is in \(file).")
    }
}
