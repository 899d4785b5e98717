import ArgumentParser
import Assembly
import Foundation
import Logging
import Payments
import SeneschalClient

/// `seneschal pay serve`: one payment server in one process.
struct PayServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a payment server: HTTP doors for payers, terminals, platforms and its operator.",
        discussion: """
            The first time, the operator's credential is written to operator.credential in the data folder:

              seneschal pay serve --name quay-pay --data var/pay --port 8083 --first-run \
            --platform quay-market=http://127.0.0.1:8085

            Platforms hear at their own doors what became of what they signed; one that is not reached is told later.

            With --issuer-line terminals take cards: the issuer is asked by ISO 8583, and what it owes stands on the \
            account of --issuer-settlement, which has to be there already.

            The first line on standard output is the address. The log goes to standard error, one JSON object a line.
            """)

    @Option(help: "The server's name in what is signed: lower-case letters, digits and hyphens.")
    var name: String

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder = "var/pay"

    @Option(
        name: .customLong("platform"),
        help: ArgumentHelp("Where a merchant platform is; once for each.", valueName: "name=url"))
    var platforms: [NamedAddress] = []

    @OptionGroup var issuer: IssuerLineOptions
    @OptionGroup var listening: ListeningOptions
    @OptionGroup var vaultOptions: VaultOptions

    @Flag(help: "Make an operator's credential and write it to operator.credential in the data folder (mode 0600).")
    var firstRun = false

    @Option(
        help: ArgumentHelp(
            "Kept answers, orders that are over and audit lines are forgotten after so many days, 31 at least; 0 keeps "
                + "them. The ledger forgets nothing.", valueName: "days"))
    var retention = 400

    func validate() throws {
        if PartyName(name) == nil { throw ValidationError("--name is 1 to 32 lower-case letters, digits and hyphens.") }
        if retention != 0 && retention < 31 { throw ValidationError("--retention is 0, or 31 or more days.") }
    }

    func run() async throws {
        guard let name = PartyName(name) else { throw CommandFailure(.usage, "--name is no name") }
        let address = try listening.serverAddress(port: 8083)
        let logger = listening.logger("seneschal.pay")
        var transports: [HTTPTransport] = []
        var clients: [PartyName: SeneschalClient] = [:]
        for platform in platforms {
            guard let name = PartyName(platform.name) else {
                throw CommandFailure(.usage, "\(platform.name) is no platform's name")
            }
            let transport = try HTTPTransport(server: platform.url)
            transports.append(transport)
            clients[name] = SeneschalClient(transport, credential: nil, retries: .rounds)
        }
        let keyFile = URL(filePath: folder).appending(path: "vault.key").path
        let house = try PaymentHouse(
            folder: folder, unlock: try vaultOptions.unlock(keyFileDefault: keyFile), name: name,
            issuer: try issuer.connection(), logger: logger)
        if let settlement = issuer.settlement { try await check(settlement, in: house) }
        if firstRun { try await makeOperator(house) }
        let (days, platforms) = (retention, HTTPPlatformDelivery(clients))
        let upkeep = Task { await house.keepUp(days: days, telling: platforms) }
        try await listening.serve(house.server, at: address)
        upkeep.cancel()
        await upkeep.value
        for transport in transports { await transport.close() }
        try house.close()
        logger.info("stopped")
    }

    /// Before a terminal takes a card for which no money could be booked.
    private func check(_ settlement: String, in house: PaymentHouse) async throws {
        let desk = OperatorDesk(house.payments)
        guard let name = AccountID(rawValue: settlement), let account = try? await desk.account(name),
            account.kind == .issuerSettlement, account.closedAt == nil
        else {
            throw CommandFailure(
                .refused, "\(settlement) is no account of an issuer's debts in this ledger",
                nextStep:
                    "start without --issuer-line, and open one: seneschal pay account open --kind issuerSettlement")
        }
    }

    private func makeOperator(_ house: PaymentHouse) async throws {
        let file = URL(filePath: folder).appending(path: "operator.credential").path
        guard !SecretFile.exists(file) else {
            throw CommandFailure(
                .refused, "\(file) exists already: this is not the first run",
                nextStep: "start without --first-run, or move the file away for another operator's credential")
        }
        try SecretFile.create(file, try await house.makeOperatorCredential())
        Terminal.message("The operator's credential is in \(file).")
    }
}
