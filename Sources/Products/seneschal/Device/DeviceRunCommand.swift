import ArgumentParser
import CardLink
import Foundation
import MobileDevice
import SERAM
import SecureElement
import SeneschalClient

/// `seneschal device run`: the local agent of one card, until it is told to stop.
struct DeviceRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the local agent of a card: fetch orders, execute them, report.",
        discussion: """
            The credential is that of the card's agent; `seneschal device new` writes it beside the card:

              seneschal device run --card my.card --network North --credential-file my.card.credential

            What the agent has begun is in a journal beside the card, so that no command is executed twice, whenever \
            the agent is stopped. Control-C stops it.
            """)

    @Option(help: ArgumentHelp("The card's file, made by `seneschal card new`.", valueName: "file"))
    var card: String

    @Option(help: ArgumentHelp("The mobile network that the card is registered with.", valueName: "name"))
    var network: String

    @Option(help: ArgumentHelp("The agent's journal; FILE.journal beside the card when absent.", valueName: "file"))
    var journal: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let credential = try server.credential()
        let transport = try server.transport()
        let file = try CardFile.open(card)
        let id = try CardFile.read(card).inventory.cardImageNumber
        let element = SecureElementDescription(seType: .embedded, seId: id)
        let handset = VirtualHandset(
            mobileSubscriptionIdentifier: "", mobileNetwork: network, secureElement: element, card: file.card(),
            journal: try FileAgentJournal(path: journal ?? card + ".journal"),
            notifications: { Terminal.output("Notification: \($0)") })
        let connection = HTTPRemoteAgentConnection(transport, network: network, credential: credential)
        let agent = Task { try await handset.run(connection: connection) }
        let signals = StopSignals.onArrival { agent.cancel() }
        Terminal.message("The agent of card \(id) asks \(transport.server) for orders.")
        let result = await agent.result
        withExtendedLifetime(signals) {}
        await transport.close()
        do {
            try result.get()
        } catch let error as LocalAgentError {
            throw CommandFailure(error)
        }
        Terminal.message("Stopped. The card is in \(card).")
    }
}

extension CommandFailure {
    init(_ error: LocalAgentError) {
        switch error {
        case .remoteAgentLost: self.init(.unreachable, "\(error)")
        case .connection(.notAuthorized):
            self.init(
                .refused, "\(error)",
                nextStep: "use the credential of this card's agent, and the network that the card is registered with")
        case .connection, .journal: self.init(.refused, "\(error)")
        }
    }
}
