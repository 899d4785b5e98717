public import ISO7816

/// The reader's side of vpcd: reaches a card that speaks its protocol, without pcscd.
public actor VPCDReader: CardChannel {
    private let socket: TCPSocket
    private let executor = BlockingExecutor(label: "vpcd reader")
    private var parser = VPCDFrameParser()
    private var isBroken = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ socket: TCPSocket) { self.socket = socket }

    deinit { socket.shutDown() }

    /// Reaches a card that listens (its reverse mode).
    public init(host: String = "127.0.0.1", port: UInt16) throws(SocketError) {
        self.init(try TCPSocket.connect(host: host, port: port))
    }

    /// Waits for a card that connects, as the vpcd driver does by default.
    public struct Listener: Sendable {
        private let listener: TCPSocket.Listener
        public var port: UInt16 { listener.port }

        /// - Parameter port: 0 takes any free port.
        public init(port: UInt16) throws(SocketError) { listener = try TCPSocket.Listener(port: port) }

        /// The next card; blocks the calling thread.
        public func accept() throws(SocketError) -> VPCDReader {
            guard let socket = try listener.accept() else { throw SocketError(reason: "the listener was shut down") }
            return VPCDReader(socket)
        }
    }

    public func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let bytes = command.bytes
        guard bytes.count <= VPCDMessage.bodyLengthMax else {
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: "vpcd carries 65 535 bytes per command at most")
        }
        let answer = try exchange(bytes)
        do {
            return try ResponseAPDU(bytes: answer)
        } catch {
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "\(error)")
        }
    }

    public func reset() throws(CardUnreachable) { try send(VPCDMessage.reset.frame) }

    public func powerOff() throws(CardUnreachable) { try send(VPCDMessage.powerOff.frame) }

    public func powerOn() throws(CardUnreachable) { try send(VPCDMessage.powerOn.frame) }

    /// The card's answer to reset.
    public func answerToReset() throws(CardUnreachable) -> [UInt8] { try exchange(VPCDMessage.getATR.content) }

    /// Sends raw bytes: for tests of a card's patience.
    func send(_ bytes: [UInt8]) throws(CardUnreachable) {
        guard !isBroken else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "the connection is closed") }
        do {
            try socket.send(bytes)
        } catch {
            isBroken = true
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: error.reason)
        }
    }

    private func exchange(_ body: [UInt8]) throws(CardUnreachable) -> [UInt8] {
        try send(VPCDMessage.frame(body))
        return try receive()
    }

    /// Waits for the next body.
    func receive() throws(CardUnreachable) -> [UInt8] {
        while true {
            if let body = parser.next() { return body }
            let bytes: [UInt8]
            do { bytes = try socket.receive() } catch {
                isBroken = true
                throw CardUnreachable(mayHaveBeenExecuted: true, reason: error.reason)
            }
            guard !bytes.isEmpty else {
                isBroken = true
                throw CardUnreachable(mayHaveBeenExecuted: true, reason: "the card closed the connection")
            }
            parser.append(bytes)
        }
    }
}
