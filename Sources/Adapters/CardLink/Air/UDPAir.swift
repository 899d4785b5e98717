import Foundation
public import ISO7816
public import MobileDevice
import Synchronization

/// A card on the air: an NFC controller and a contactless interface behind nfcpy's UDP protocol, on this machine only.
///
///     let air = try UDPAir(channel).listen(port: 54_321)     // nfcpy: udp:localhost:54321
///     await air.stopped()
///
/// One reader at a time: when another one polls, the field of the one before is gone.
public struct UDPAir: Sendable {
    /// Port of nfcpy's default device path.
    public static let defaultPort: UInt16 = 54_321

    private let channel: any CardChannel
    private let controller: NFCController
    private let trace: CardTrace?

    /// - Parameter channel: the contactless interface of the secure element.
    public init(_ channel: any CardChannel, controller: NFCController, trace: CardTrace? = nil) {
        self.channel = channel
        self.controller = controller
        self.trace = trace
    }

    /// Appears in the field of whoever sends to the port. Port 0 takes any free one.
    public func listen(port: UInt16 = Self.defaultPort) throws(SocketError) -> OnAir {
        let air = OnAir(try UDPSocket(port: port), controller, channel, trace)
        air.start()
        return air
    }
}

/// A card that is on the air.
public final class OnAir: Sendable {
    private struct State {
        var controller: NFCController
        var reader: UDPPeer?
        /// The command that is with the card, and when the reader is asked for more time.
        var executing: (exchange: Int, patientUntil: ContinuousClock.Instant)?
        var isStopped = false
    }

    /// What is done with the card, one after the other.
    private enum Work: Sendable {
        case execute(CommandAPDU, exchange: Int)
        case reset
    }

    private let socket: UDPSocket
    private let state: Mutex<State>
    private let channel: any CardChannel
    private let trace: CardTrace?
    private let work: AsyncStream<Work>
    private let workIn: AsyncStream<Work>.Continuation
    private let ended = AsyncStream<Never>.makeStream()

    /// How often the thread looks whether it is to end.
    private static let attention = Duration.milliseconds(200)

    public var port: UInt16 { socket.port }

    fileprivate init(
        _ socket: UDPSocket, _ controller: NFCController, _ channel: any CardChannel, _ trace: CardTrace?
    ) {
        self.socket = socket
        state = Mutex(State(controller: controller))
        self.channel = channel
        self.trace = trace
        (work, workIn) = AsyncStream.makeStream()
    }

    fileprivate func start() {
        Task { [self] in
            for await item in work { await perform(item) }
            ended.continuation.finish()
        }
        let thread = Thread { [self] in
            listen()
            workIn.finish()
        }
        thread.name = "air"
        thread.start()
    }

    /// Leaves the air. Safe to call more than once, and from anywhere.
    public func stop() { state.withLock { $0.isStopped = true } }

    /// Suspends until the card has left the air, and what was with it is done.
    public func stopped() async {
        for await _ in ended.stream {}
    }
}

// MARK: - Frames

extension OnAir {
    /// On a thread of its own, so that the reader is asked for more time also when everything else is busy.
    private func listen() {
        while let attention = attention() {
            let datagram = try? socket.receive(within: attention)
            askForTime()
            guard let datagram else { continue }
            switch AirDatagram(datagram.bytes) {
            case .frame(let frame): received(frame, from: datagram.peer)
            case .fieldOff: fieldLost(by: datagram.peer)
            case .other: break
            }
        }
        step { $0.fieldLost() }
    }

    /// How long the next datagram is waited for; `nil` at the end.
    private func attention() -> Duration? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            guard let until = state.executing?.patientUntil else { return Self.attention }
            return min(max(ContinuousClock.now.duration(to: until), .zero), Self.attention)
        }
    }

    private func askForTime() {
        state.withLock { state in
            guard let executing = state.executing, ContinuousClock.now >= executing.patientUntil else { return }
            state.executing = (executing.exchange, .now + state.controller.patience)
            perform(state.controller.needsTime(for: executing.exchange), &state)
        }
    }

    private func received(_ frame: [UInt8], from reader: UDPPeer) {
        step(from: reader) { $0.received(frame) }
    }

    private func fieldLost(by reader: UDPPeer) {
        guard state.withLock({ $0.reader == reader }) else { return }
        step { $0.fieldLost() }
    }

    /// One event of the state machine and what follows from it. Under the lock up to the sending: answers leave in order.
    private func step(from reader: UDPPeer? = nil, _ event: (inout NFCController) -> [NFCController.Action]) {
        state.withLock { state in
            if let reader, reader != state.reader {
                perform(state.controller.fieldLost(), &state)
                state.reader = reader
            }
            perform(event(&state.controller), &state)
        }
    }

    private func perform(_ actions: [NFCController.Action], _ state: inout State) {
        for action in actions {
            switch action {
            case .send(let frame):
                guard let reader = state.reader else { continue }
                // A reader that is gone hears nothing, as on the air.
                try? socket.send(AirDatagram.frame(frame).bytes, to: reader)
            case .execute(let command, let exchange):
                state.executing = (exchange, .now + state.controller.patience)
                workIn.yield(.execute(command, exchange: exchange))
            case .reset:
                state.executing = nil
                workIn.yield(.reset)
            }
        }
    }
}

// MARK: - The card

extension OnAir {
    private func perform(_ item: Work) async {
        switch item {
        case .execute(let command, let exchange): await execute(command, exchange)
        case .reset:
            try? await channel.reset()
            trace?.recordReset()
        }
    }

    private func execute(_ command: CommandAPDU, _ exchange: Int) async {
        do throws(CardUnreachable) {
            let response = try await channel.transmit(command)
            trace?.record(command, response)
            state.withLock { state in
                if state.executing?.exchange == exchange { state.executing = nil }
                perform(state.controller.responded(response, to: exchange), &state)
            }
        } catch {
            // The reader meets silence, as when a card has left the field.
            trace?.record(command, error)
            step { $0.fieldLost() }
        }
    }
}
