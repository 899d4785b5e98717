import ArgumentParser
import CardCapture
import CardLink
import MobileDevice
import SERAM
import SecureElement
import SeneschalClient
import Synchronization

/// `seneschal device phone`: a whole telephone in one process, until it is switched off.
struct PhoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phone",
        abstract:
            "Run a telephone: its card, its agent, its wallet, its payments, its place in a reader's field, its owner.",
        discussion: """
            The card is one that `seneschal device new` made, with the credential of its agent beside it:

              seneschal device new ada.card --network North --msi 491700000001 \
            --credential-file var/operator.credential
              seneschal device phone --card ada.card --network North --msi 491700000001 \
            --credential-file ada.card.credential --wallet http://127.0.0.1:8090 \
            --issuer harbour-bank=http://127.0.0.1:8081

            With a payment account it pays what tags ask for and collects bills, with a wallet beside it or without:

              seneschal device phone … --payer ada.payer --platform http://127.0.0.1:8085
              seneschal device phone … --payer ada.payer --platform http://127.0.0.1:8085 --without-wallet
              phone> tag 54322
              phone> bill open
              phone> bill pay

            What the owner does is typed, one command a line; `help` lists them. Passwords and card numbers are asked for \
            and not shown. Where standard input is no terminal, the answers are the lines that follow; with its end the \
            telephone is switched off, with --stay only by Control-C. With --json every answer is one line of JSON: what \
            the servers answered, and {"message": …} where there is no more to it than a sentence.

            The screen is unlocked and the owner agrees by typing the command: both are simulations. The secure element, \
            its two interfaces and every request are real. Every change to the card is on the disk before its response \
            leaves; who was logged in is forgotten.
            """)

    @Option(help: ArgumentHelp("The card's file, made by `seneschal device new`.", valueName: "file"))
    var card: String

    @Option(help: ArgumentHelp("The mobile network that the card is registered with.", valueName: "name"))
    var network: String

    @Option(help: ArgumentHelp("The telephone's own number, as the card is registered.", valueName: "number"))
    var msi: String

    @Option(help: "What the owner calls the telephone.")
    var name = "telephone"

    @Option(help: ArgumentHelp("A way to an issuer; once for each.", valueName: "name=url"))
    var issuer: [NamedAddress] = []

    @Option(help: "The UDP port of the air; 0 finds a free one.")
    var air: UInt16 = UDPAir.defaultPort

    @Option(help: ArgumentHelp("The agent's journal; FILE.journal beside the card when absent.", valueName: "file"))
    var journal: String?

    @Flag(help: "Stay switched on at the end of standard input.")
    var stay = false

    @Flag(help: "No wallet is asked: this telephone pays with its payment account alone.")
    var withoutWallet = false

    @Flag(help: "Print every answer as one line of JSON.")
    var json = false

    @OptionGroup(title: "Payment account")
    var paying: PhonePaymentOptions

    @OptionGroup var identity: AirOptions
    @OptionGroup var address: WalletAddress
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let credential = try server.credential()
        let element = try CardFile.open(card).card()
        let id = try CardFile.read(card).inventory.cardImageNumber
        let agentJournal = try FileAgentJournal(path: journal ?? card + ".journal")
        var transports = [try server.transport()]
        let emulation = HostCardEmulation(element.contactless)
        let payments = try paying.open(emulation)
        let wallet = withoutWallet ? nil : try await wallet(on: element, &transports)
        let onAir = try UDPAir(emulation, controller: identity.controller).listen(port: air)
        let handset = VirtualHandset(
            mobileSubscriptionIdentifier: msi, mobileNetwork: network,
            secureElement: SecureElementDescription(seType: .embedded, seId: id), card: element,
            journal: agentJournal)
        let connection = HTTPRemoteAgentConnection(transports[0], network: network, credential: credential)
        let owner = PhoneOwner(
            wallet: wallet, payments: payments, telephoneNumber: msi, answersInJSON: json)
        Terminal.message("Telephone \(msi): card \(id), on the air at udp:localhost:\(onAir.port). `help` helps.")
        let failure = await switchedOn(owner) { try await handset.run(connection: connection) }
        onAir.stop()
        await onAir.stopped()
        for transport in transports { await transport.close() }
        await payments?.close()
        Terminal.message("Switched off. The card is in \(card).")
        if let failure { throw failure }
    }

    /// The wallet application and its server.
    private func wallet(
        on element: InProcessCard<SecureElement>, _ transports: inout [HTTPTransport]
    ) async throws -> (phone: WalletPhone, service: HTTPWalletService) {
        let transport = try address.transport()
        transports.append(transport)
        let service = try await HTTPWalletService(transport)
        var issuers: [String: HTTPCardIssuerService] = [:]
        for issuer in issuer {
            let transport = try address.transport(to: issuer.url)
            transports.append(transport)
            issuers[issuer.name] = HTTPCardIssuerService(SeneschalClient(transport, credential: nil))
        }
        let phone = WalletPhone(
            service: service, issuers: HTTPCardIssuerDirectory(issuers), secureElement: WalletSecureElement(element),
            settings: Settings(telephoneNumber: msi, deviceName: name), screen: UnlockedScreen(),
            recognition: TesseractRecognition.isAvailable ? TesseractRecognition() : nil,
            confirmation: TypingOwner())
        return (phone, service)
    }

    private enum Event: Sendable {
        case signal
        case ownerIsDone
        case agentEnded(CommandFailure?)
    }

    /// Agent and owner at the same time, until one of them is done, or a signal comes.
    private func switchedOn(
        _ owner: PhoneOwner, agent: @escaping @Sendable () async throws -> Void
    ) async -> CommandFailure? {
        let (events, report) = AsyncStream<Event>.makeStream()
        let signals = StopSignals.onArrival { report.yield(.signal) }
        let running = Task {
            do { try await agent() } catch is CancellationError {
            } catch let error as LocalAgentError {
                report.yield(.agentEnded(CommandFailure(error)))
                return
            } catch {
                report.yield(.agentEnded(CommandFailure(.refused, "\(error)")))
                return
            }
            report.yield(.agentEnded(nil))
        }
        let stay = stay
        let typing = Task {
            let hasQuit = await owner.followCommands()
            if hasQuit || !stay { report.yield(.ownerIsDone) }
        }
        var failure: CommandFailure?
        for await event in events {
            if case .agentEnded(let reason) = event { failure = reason }
            break
        }
        withExtendedLifetime(signals) {}
        running.cancel()
        typing.cancel()
        await running.value
        return failure
    }

    private struct Settings: DeviceSettings {
        var telephoneNumber: String?
        var deviceName: String
        var supportedFunctions: Set<CardFunction> { Set(CardFunction.allCases) }
    }

    /// An owner who has typed the command agrees.
    private struct TypingOwner: ConsumerConfirmation {
        func confirm(_ reason: String) async -> Bool { true }
    }

    /// A screen that never goes dark.
    private struct UnlockedScreen: ScreenLock {
        var state: ScreenState { get async { .unlocked } }
        func wake() async {}
    }
}
