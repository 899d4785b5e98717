import ArgumentParser
import Assembly
import Foundation
import HTTPServer
import Logging
import Merchants
import SeneschalAPI
import SeneschalClient

/// `seneschal merchant serve`: one merchant platform in one process.
struct MerchantServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a merchant platform: HTTP doors for merchants, users and its operator over one data folder.",
        discussion: """
            The first time, the operator's credential is written to operator.credential in the data folder:

              seneschal merchant serve --name plaza --tag-host plaza.example --payment-server http://127.0.0.1:8083 \
            --data plaza --first-run

            The payment server is asked for the key that it signs results with. It pays rewards to a platform that its \
            operator has registered and whose credential is in --payment-credential-file; without one, rewards wait. \
            Notifications are not sent: users read them at the platform.

            The first line on standard output is the address. The log goes to standard error, one JSON object a line.
            """)

    @Option(help: "The platform's name: lower-case letters, digits and hyphens.")
    var name: String

    @Option(help: ArgumentHelp("The host in the addresses of tags and of reward pages.", valueName: "host"))
    var tagHost: String

    @Option(
        name: .customLong("earlier-tag-host"),
        help: ArgumentHelp("A host that tags made earlier have; once for each.", valueName: "host"))
    var earlierTagHosts: [String] = []

    @Option(help: ArgumentHelp("Where the payment server is.", valueName: "url"))
    var paymentServer: String

    @Option(help: ArgumentHelp("The certificates (PEM) that sign the payment server's.", valueName: "file"))
    var paymentTrust: String?

    @Option(help: ArgumentHelp("The platform's credential at the payment server.", valueName: "file"))
    var paymentCredentialFile: String?

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder: String

    @OptionGroup var listening: ListeningOptions

    @OptionGroup var vaultOptions: VaultOptions

    @Flag(help: "Make an operator's credential and write it to operator.credential in the data folder (mode 0600).")
    var firstRun = false

    @Option(
        help: ArgumentHelp(
            "Kept answers and audit lines are forgotten after so many days, 8 at least; 0 keeps them.",
            valueName: "days"))
    var retention = 400

    func validate() throws {
        if retention != 0 && retention < 8 { throw ValidationError("--retention is 0, or 8 or more days.") }
    }

    func run() async throws {
        let address = try listening.serverAddress(port: 8085)
        let logger = listening.logger("seneschal.merchant")
        let transport = try HTTPTransport(server: paymentServer, trustedCertificates: paymentTrust)
        do {
            try await serve(at: address, over: transport, logger)
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        logger.info("stopped")
    }

    private func serve(at address: ServerAddress, over transport: HTTPTransport, _ logger: Logger) async throws {
        let house = try await open(transport, logger)
        if firstRun { try await makeOperator(house.platform) }
        let settling = Task { await house.keepSettled() }
        let days = retention
        let tidying = days > 0 ? Task { await house.keepTidy(days: days) } : nil
        try await listening.serve(house.server, at: address)
        for task in [settling, tidying].compactMap({ $0 }) {
            task.cancel()
            await task.value
        }
        try house.close()
    }

    private func open(_ transport: HTTPTransport, _ logger: Logger) async throws -> MerchantHouse {
        let key = try await SeneschalClient(transport, credential: nil).send(Endpoints.getPaymentServerKey, NoBody())
        let profile: PlatformProfile
        do {
            profile = try PlatformProfile(
                name: name, tagHost: tagHost, earlierTagHosts: earlierTagHosts,
                paymentServer: .init(
                    name: key.server, keys: [StatementKey(name: key.keyName, publicKey: key.publicKey)]))
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        let keyFile = URL(filePath: folder).appending(path: "vault.key").path
        let client = try client(transport)
        return try MerchantHouse(
            folder: folder, unlock: try vaultOptions.unlock(keyFileDefault: keyFile), profile: profile,
            transfers: client.map { HTTPRewardTransfers($0) }, inquiry: client.map { HTTPInstructionInquiry($0) },
            logger: logger)
    }

    private func client(_ transport: HTTPTransport) throws -> SeneschalClient? {
        guard let file = paymentCredentialFile else { return nil }
        guard let credential = AccessCredential(secret: try SecretFile.read(file)) else {
            throw CommandFailure(.usage, "\(file) holds no access credential")
        }
        return SeneschalClient(transport, credential: credential, retries: .rounds)
    }

    private func makeOperator(_ platform: MerchantPlatform) async throws {
        let file = URL(filePath: folder).appending(path: "operator.credential").path
        guard !SecretFile.exists(file) else {
            throw CommandFailure(
                .refused, "\(file) exists already: this is not the first run",
                nextStep: "start without --first-run, or move the file away for another operator's credential")
        }
        try SecretFile.create(file, try await platform.createOperatorCredential(name: "first"))
        Terminal.message("The operator's credential is in \(file).")
    }
}
