import ArgumentParser
import CardLink
import Synchronization

/// `seneschal card serve FILE`: the card behind pcscd's vpcd driver, until it is told to stop.
struct CardServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a card to PC/SC programs through pcscd's vpcd driver.",
        discussion: """
            Connect mode: vpcd listens (Debian's vsmartcard-vpcd does, on port 35963) and the card connects:

              seneschal card serve my.card

            Reverse mode: the card listens on the loopback interface at N and N+1, and vpcd connects. In the reader's \
            configuration: DEVICENAME 127.0.0.1:41000

              seneschal card serve my.card --reverse --port 41000

            With --air the contactless interface of the same card answers on nfcpy's UDP air as well, at that port:

              seneschal card serve my.card --air 54321

            Every change to the card is on the disk before its response leaves. Control-C stops.
            """)

    @Argument(help: "The card's file, made by `seneschal card new`.")
    var file: String

    @Flag(help: "Listen and let vpcd connect.")
    var reverse = false

    @Option(help: "Where vpcd listens (connect mode).")
    var host = "127.0.0.1"

    @Option(help: "The port of vpcd, or with --reverse the first of the two ports to listen on.")
    var port: UInt16 = VPCDCard.defaultPort

    @Option(help: "The answer to reset: t1, or t0 for clients that insist on T=0 (pySim).")
    var atr = AnswerToResetArgument.t1

    @Option(help: ArgumentHelp("Put the contactless interface on the air at this UDP port.", valueName: "port"))
    var air: UInt16?

    @OptionGroup var identity: AirOptions

    @Flag(help: "Print commands and responses. Fields that may hold keys, PINs or card numbers are masked.")
    var trace = false

    @Flag(help: "Print commands and responses with every byte, secret or not.")
    var traceSecrets = false

    func validate() throws {
        if reverse && host != "127.0.0.1" {
            throw ValidationError("--host is for connect mode; with --reverse the card listens on 127.0.0.1 only.")
        }
        if reverse && port == .max {
            throw ValidationError("--reverse needs two neighbouring ports, and \(port) has none above it.")
        }
    }

    func run() async throws {
        let card = try CardFile.open(file).card()
        let trace = trace || traceSecrets ? CardTrace(showsSecrets: traceSecrets) { Terminal.output($0) } : nil
        let server = VPCDCard(card, profile: atr.profile, trace: trace)
        let current = CurrentService()
        let onAir = try air.map {
            try UDPAir(card.contactless, controller: identity.controller, trace: trace).listen(port: $0)
        }
        if let onAir { Terminal.message("The card is on the air: udp:localhost:\(onAir.port)") }
        let signals = StopSignals.onArrival {
            current.stop()
            onAir?.stop()
        }
        if reverse {
            let served = try server.listen(port: port)
            Terminal.message(
                "The card listens on 127.0.0.1:\(served.port) and :\(served.port + 1). "
                    + "Reader configuration: DEVICENAME 127.0.0.1:\(served.port)")
            current.set(served)
            await served.stopped()
        } else {
            await keepConnected(server, current)
        }
        onAir?.stop()
        await onAir?.stopped()
        withExtendedLifetime(signals) {}
        Terminal.message("Stopped. The card is in \(file).")
    }

    /// Waits for vpcd, and connects again when pcscd was restarted.
    private func keepConnected(_ server: VPCDCard, _ current: CurrentService) async {
        var hasComplained = false
        while !current.isStopped {
            do {
                let served = try server.connect(host: host, port: port)
                Terminal.message("The card is in vpcd's reader at \(host):\(port).")
                hasComplained = false
                current.set(served)
                await served.stopped()
            } catch {
                if !hasComplained {
                    Terminal.message(
                        "\(error). Waiting for vpcd: is pcscd running, with the package vsmartcard-vpcd installed?")
                }
                hasComplained = true
            }
            if !current.isStopped { try? await Task.sleep(for: Self.reconnectPause) }
        }
    }

    private static let reconnectPause = Duration.milliseconds(300)
}

/// The answers to reset on the command line.
enum AnswerToResetArgument: String, ExpressibleByArgument, CaseIterable {
    case t1, t0

    var profile: AnswerToReset.Profile {
        switch self {
        case .t1: .t1
        case .t0: .t0
        }
    }
}

/// What is being served, for the signal that ends it.
private final class CurrentService: Sendable {
    private struct State {
        var served: VPCDCard.Served?
        var isStopped = false
    }

    private let state = Mutex(State())

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func set(_ served: VPCDCard.Served) {
        let isStopped = state.withLock { state in
            state.served = served
            return state.isStopped
        }
        if isStopped { served.stop() }
    }

    func stop() {
        let served = state.withLock { state in
            state.isStopped = true
            return state.served
        }
        served?.stop()
    }
}
