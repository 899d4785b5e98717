import Foundation
public import ISO7816
import Synchronization

/// A card behind pcscd's `vpcd` driver: serves a card channel to PC/SC programs.
///
///     let card = VPCDCard(channel, answerToReset: AnswerToReset(.t1))
///     let served = try card.listen(port: 41_000)      // vpcd is configured with DEVICENAME 127.0.0.1:41000
///     served.waitUntilStopped()
///
/// Each connection has a thread of its own, which blocks on plain sockets: the traps of vpcd (TCP_QUICKACK before every
/// read, one write per reply) are options of single system calls.
public struct VPCDCard: Sendable {
    /// Port of vpcd's default configuration.
    public static let defaultPort: UInt16 = 35_963

    private let channel: any CardChannel
    private let answerToReset: AnswerToReset
    private let profile: AnswerToReset.Profile
    private let trace: CardTrace?

    public init(_ channel: any CardChannel, profile: AnswerToReset.Profile = .t1, trace: CardTrace? = nil) {
        self.channel = channel
        self.profile = profile
        answerToReset = AnswerToReset(profile)
        self.trace = trace
    }

    /// Connect mode: vpcd listens, the card connects. Returns once connected.
    public func connect(host: String = "127.0.0.1", port: UInt16 = Self.defaultPort) throws(SocketError) -> Served {
        let socket = try TCPSocket.connect(host: host, port: port)
        let served = Served(port: port)
        served.add(socket)
        served.run("vpcd connection") { [self] in
            serve(socket)
            served.stop()
        }
        return served
    }

    /// Reverse mode: the card listens on the loopback interface and vpcd connects, as often as it likes.
    ///
    /// A vpcd reader has two slots, at `port` and `port + 1`, and gives up if nobody listens at the second. The second
    /// slot is served as one with an unresponsive card. Port 0 takes any two free neighbours.
    public func listen(port: UInt16) throws(SocketError) -> Served {
        let (first, second) = try Self.neighbours(port)
        let served = Served(port: first.port)
        for (listener, isOccupied) in [(first, true), (second, false)] {
            served.add(listener)
            served.run("vpcd slot") { [self] in
                while let socket = try? listener.accept() {
                    served.add(socket)
                    if isOccupied { serve(socket) } else { serveEmptySlot(socket) }
                    served.remove(socket)
                }
                served.stop()
            }
        }
        return served
    }

    private static func neighbours(_ port: UInt16) throws(SocketError) -> (TCPSocket.Listener, TCPSocket.Listener) {
        guard port == 0 else {
            guard port < .max else { throw SocketError(reason: "port \(port) has no neighbour above it") }
            return (try .init(port: port), try .init(port: port + 1))
        }
        for _ in 0..<64 {
            let first = try TCPSocket.Listener(port: 0)
            if first.port < .max, let second = try? TCPSocket.Listener(port: first.port + 1) { return (first, second) }
        }
        throw SocketError(reason: "no two neighbouring free ports")
    }
}

// MARK: - One connection

extension VPCDCard {
    /// Serves until the other side closes.
    private func serve(_ socket: TCPSocket) {
        var parser = VPCDFrameParser()
        var buffer = T0ResponseBuffer()
        while let bytes = try? socket.receive(), !bytes.isEmpty {
            parser.append(bytes)
            while let body = parser.next() {
                // An empty body is not vpcd's.
                guard !body.isEmpty else { return }
                guard let reply = reply(to: VPCDMessage(body), &buffer) else { continue }
                guard (try? socket.send(VPCDMessage.frame(reply))) != nil else { return }
            }
        }
    }

    /// A slot with a card that nobody can use: vpcd 3.3 brings pcscd down when the connection is closed or refused,
    /// and waits for ever when the ATR is empty. An ATR of 34 bytes, one more than ISO/IEC 7816-3 §8.2.1 allows, is
    /// refused by the driver, and the slot counts as mute.
    private static let unusableAnswerToReset = [UInt8](repeating: 0, count: 34)

    /// Serves the second slot of a reader.
    private func serveEmptySlot(_ socket: TCPSocket) {
        var parser = VPCDFrameParser()
        while let bytes = try? socket.receive(), !bytes.isEmpty {
            parser.append(bytes)
            while let body = parser.next() {
                guard VPCDMessage(body) == .getATR else { continue }
                guard (try? socket.send(VPCDMessage.frame(Self.unusableAnswerToReset))) != nil else { return }
            }
        }
    }

    private func reply(to message: VPCDMessage, _ buffer: inout T0ResponseBuffer) -> [UInt8]? {
        switch message {
        case .getATR:
            return answerToReset.bytes
        case .powerOff, .unknownControl:
            return nil
        case .powerOn, .reset:
            buffer = T0ResponseBuffer()
            let failure: CardUnreachable? = waitBlocking { [channel] in
                do throws(CardUnreachable) {
                    try await channel.reset()
                    return CardUnreachable?.none
                } catch {
                    return error
                }
            }
            trace?.record(message, failure)
            return nil
        case .body(let bytes):
            return respond(to: bytes, &buffer).bytes
        }
    }

    private func respond(to bytes: [UInt8], _ buffer: inout T0ResponseBuffer) -> ResponseAPDU {
        guard let command = try? CommandAPDU(bytes: bytes) else {
            trace?.record(malformed: bytes)
            return ResponseAPDU(.wrongLength)
        }
        let response: ResponseAPDU
        if profile == .t0, let buffered = buffer.answer(to: command) {
            response = buffered
        } else {
            response = transmit(command)
        }
        let released = profile == .t0 && response.statusWord.sw1 != 0x61 ? buffer.take(response, to: command) : response
        trace?.record(command, released)
        return released.bytes.count <= VPCDMessage.bodyLengthMax ? released : ResponseAPDU(.noPreciseDiagnosis)
    }

    /// A card that cannot be reached answers `6F00`: vpcd knows no other way to say it.
    private func transmit(_ command: CommandAPDU) -> ResponseAPDU {
        waitBlocking { [channel, trace] in
            do throws(CardUnreachable) {
                return try await channel.transmit(command)
            } catch {
                trace?.record(failure: error)
                return ResponseAPDU(.noPreciseDiagnosis)
            }
        }
    }
}

// MARK: - Serving

extension VPCDCard {
    /// A card that is being served.
    public final class Served: Sendable {
        /// The port of the first slot.
        public let port: UInt16

        private struct State {
            var listeners: [TCPSocket.Listener] = []
            var sockets: [TCPSocket] = []
            var runningThreads = 0
            var isStopped = false
        }

        private let state = Mutex(State())
        private let ended = DispatchSemaphore(value: 0)

        init(port: UInt16) { self.port = port }

        /// Stops serving; commands in execution end first. Safe to call more than once, and from anywhere.
        public func stop() {
            let (listeners, sockets) = state.withLock { state in
                state.isStopped = true
                return (state.listeners, state.sockets)
            }
            for listener in listeners { listener.shutDown() }
            for socket in sockets { socket.shutDown() }
        }

        /// Blocks this thread until everything has ended: by ``stop()``, or because vpcd closed in connect mode.
        public func waitUntilStopped() {
            ended.wait()
            ended.signal()
        }

        /// Suspends until everything has ended.
        public func stopped() async {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    self.waitUntilStopped()
                    continuation.resume()
                }
            }
        }

        func add(_ listener: TCPSocket.Listener) { state.withLock { $0.listeners.append(listener) } }

        func add(_ socket: TCPSocket) {
            let isStopped = state.withLock { state in
                state.sockets.append(socket)
                return state.isStopped
            }
            if isStopped { socket.shutDown() }
        }

        func remove(_ socket: TCPSocket) { state.withLock { $0.sockets.removeAll { $0 === socket } } }

        func run(_ name: String, _ body: @escaping @Sendable () -> Void) {
            state.withLock { $0.runningThreads += 1 }
            let thread = Thread { [self] in
                body()
                let remaining = state.withLock { state in
                    state.runningThreads -= 1
                    return state.runningThreads
                }
                if remaining == 0 { ended.signal() }
            }
            thread.name = name
            thread.start()
        }
    }
}
