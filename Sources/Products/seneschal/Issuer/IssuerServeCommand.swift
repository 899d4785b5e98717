import ArgumentParser
import Assembly
import Foundation
import HTTPServer
import ISO8583Link
import Issuing
import Logging

/// `seneschal issuer serve`: one reference issuer in one process.
struct IssuerServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a reference issuer: HTTP doors for wallets, devices and its operator over one data folder.",
        discussion: """
            The first time, the operator's credential is written to operator.credential in the data folder:

              seneschal issuer serve --name harbour-bank --bin 47617390 --data harbour --port 8081 --first-run
              seneschal issuer serve --name tide-bank --bin 54133300 --data tide --port 8082 --first-run

            With --iso8583-port it answers acquirers as well: 0100, 0200, 0400 and 0800 with the chip's data in field 55, \
            or with a wallet's word for its token in the private data. Beyond this machine it speaks TLS:

              seneschal issuer serve --name harbour-bank --bin 47617390 --data harbour --iso8583-port 8583 \
            --iso8583-address 0.0.0.0 --iso8583-tls-certificate bank.pem --iso8583-tls-key bank.key \
            --iso8583-tls-client-trust acquirers.pem --iso8583-key-file line.key

            One-time passwords are not sent: `seneschal issuer otp` reads them. How it decides on verifications is a \
            table of rules; `seneschal issuer policy` prints it, --policy takes another one.

            The first line on standard output is the address. The log goes to standard error, one JSON object a line.
            """)

    @OptionGroup var issuer: IssuerOptions

    func run() async throws { try await issuer.serve() }
}

/// What an issuer is, and where it listens.
struct IssuerOptions: ParsableArguments {
    @Option(help: "The issuer's name: lower-case letters, digits and hyphens.")
    var name: String

    @Option(
        name: .customLong("bin"),
        help: ArgumentHelp("First digits of its card numbers, 6 to 8; once for each range.", valueName: "digits"))
    var ranges: [String]

    @Option(help: ArgumentHelp("The currency of its accounts, ISO 4217, numeric.", valueName: "code"))
    var currency = 978

    @Option(help: ArgumentHelp("Rules and limits for verifications in JSON.", valueName: "file"))
    var policy: String?

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder: String

    @OptionGroup var listening: ListeningOptions

    @OptionGroup var vaultOptions: VaultOptions

    @Flag(help: "Make an operator's credential and write it to operator.credential in the data folder (mode 0600).")
    var firstRun = false

    @Option(
        help: ArgumentHelp(
            "Kept answers and audit lines are forgotten after so many days, 31 at least; 0 keeps them.",
            valueName: "days"))
    var retention = 400

    @OptionGroup var acquirers: LineListeningOptions
    @OptionGroup var line: LineOptions

    func validate() throws {
        if retention != 0 && retention < 31 { throw ValidationError("--retention is 0, or 31 or more days.") }
    }

    func serve() async throws {
        let address = try listening.serverAddress(port: 8081)
        let logger = listening.logger("seneschal.issuer")
        let house = try open(logger)
        if firstRun { try await makeOperator(house.desk) }
        // What the last run wrote down and did not send.
        try await house.issuer.sendPendingMessages()
        let days = retention
        let tidying = days > 0 ? Task { await house.keepTidy(days: days) } : nil
        try await serve(house, at: address, logger)
        tidying?.cancel()
        await tidying?.value
        try house.close()
        logger.info("stopped")
    }

    /// The doors over HTTP, and that for acquirers once the first line is out.
    private func serve(_ house: IssuerHouse, at address: ServerAddress, _ logger: Logger) async throws {
        let server = house.acquirerServer(try line.lineProtocol(), security: try acquirers.security())
        let (ready, signal) = AsyncStream.makeStream(of: Void.self)
        let (host, port) = (acquirers.address, acquirers.port)
        let serving = Task {
            for await _ in ready {}
            guard let port, !Task.isCancelled else { return }
            do {
                try await server.run(host: host, port: port) { Terminal.output("ISO 8583 on \(host):\($0)") }
            } catch {
                logger.critical("no acquirers are served", metadata: ["error": "\(error)"])
            }
        }
        defer { serving.cancel() }
        try await listening.serve(house.server, at: address) { _ in signal.finish() }
        serving.cancel()
        signal.finish()
        await serving.value
    }

    private func open(_ logger: Logger) throws -> IssuerHouse {
        let profile: IssuerProfile
        let rules: RiskPolicy
        do {
            profile = try IssuerProfile(name: name, issuerIdentifications: ranges, currency: currency)
            rules =
                try policy.map { try JSONDecoder().decode(RiskPolicy.self, from: Data(TextInput.read($0).utf8)) }
                ?? .standard
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        let keyFile = URL(filePath: folder).appending(path: "vault.key").path
        return try IssuerHouse(
            folder: folder, unlock: try vaultOptions.unlock(keyFileDefault: keyFile), profile: profile, policy: rules,
            logger: logger)
    }

    private func makeOperator(_ desk: IssuerDesk) async throws {
        let file = URL(filePath: folder).appending(path: "operator.credential").path
        guard !SecretFile.exists(file) else {
            throw CommandFailure(
                .refused, "\(file) exists already: this is not the first run",
                nextStep: "start without --first-run, or move the file away for another operator's credential")
        }
        try SecretFile.create(file, try await desk.createOperatorCredential(name: "first"))
        Terminal.message("The operator's credential is in \(file).")
    }
}
