import ArgumentParser
import Assembly
import CardLink
import SecureElement
import SeneschalAPI
import SeneschalClient

/// `seneschal device new`: a card from a batch of one, registered with its subscription, in a file.
struct DeviceNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a card whose keys the central TSM can derive, and register it with a subscription.",
        discussion: """
            The operator's vault makes the master key of the card's batch and wraps it for the factory that this \
            command is. The credential of the card's agent is written to FILE.credential.

              seneschal device new my.card --network North --msi 491700000001 --credential-file var/operator.credential
            """)

    @Argument(help: "The card's file. It must not exist.")
    var file: String

    @Option(help: ArgumentHelp("The mobile network, as it is registered.", valueName: "name"))
    var network: String

    @Option(help: ArgumentHelp("The telephone number of the subscription.", valueName: "number"))
    var msi: String

    @Option(help: "The form factor: UICC, eSE or \"NFC enabler\".")
    var type = API.SecureElementType.embedded

    @Option(
        help: """
            The security domains on it: embedded (Fig. 5), uicc (Fig. 6), embedded-third-party (Fig. 7) or \
            uicc-third-party (Fig. 8).
            """)
    var configuration = CardFigureArgument.embedded

    @OptionGroup var alternatives: CardAlternatives

    @OptionGroup var authority: AuthorityOptions

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let credentialFile = file + ".credential"
        for path in [file, credentialFile] where SecretFile.exists(path) {
            throw CommandFailure(.usage, "\(path) exists already")
        }
        let transport = try server.transport()
        let delivery = try await server.withClient { client in
            var factory = try await HandsetFactory(operator: client, transport: transport, batch: "card of \(msi)")
            factory.authority = try authority.open()
            return try await factory.deliver(
                .init(
                    msi: msi, network: network, type: type,
                    configuration: CardConfiguration(configuration.figure, alternatives.alternatives)))
        }
        await transport.close()
        try CardFile.create(file, delivery.card)
        try SecretFile.create(credentialFile, delivery.credential.secret)
        Terminal.output("Card \(delivery.id.value) of \(msi) on \(network) is in \(file).")
        Terminal.output(
            "Next: seneschal device run --card \(file) --network \(network) --credential-file \(credentialFile)")
    }
}
