import CardLink
import ISO7816

/// A card behind vpcd's protocol that is connected again when it was lost.
actor VPCDLink: CardChannel {
    private var reader: VPCDReader
    private let connectAgain: @Sendable () throws(SocketError) -> VPCDReader
    private var isLost = false

    /// A card that listens at an address.
    init(_ reader: VPCDReader, host: String, port: UInt16) {
        self.reader = reader
        connectAgain = { () throws(SocketError) in try VPCDReader(host: host, port: port) }
    }

    /// A card that connects to us.
    init(_ reader: VPCDReader, _ listener: VPCDReader.Listener) {
        self.reader = reader
        connectAgain = { () throws(SocketError) in try listener.accept() }
    }

    /// How long a lost card is sought, and how often.
    private static let attempts = 50
    private static let pause = Duration.milliseconds(100)

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        do { return try await reader.transmit(command) } catch {
            isLost = true
            throw error
        }
    }

    /// Resets the card, or connects to it again.
    func reset() async throws(CardUnreachable) {
        guard isLost else { return try await reader.reset() }
        for attempt in 1...Self.attempts {
            do { reader = try connectAgain() } catch {
                guard attempt < Self.attempts, (try? await Task.sleep(for: Self.pause)) != nil else {
                    throw CardUnreachable(mayHaveBeenExecuted: false, reason: error.reason)
                }
                continue
            }
            isLost = false
            return try await reader.powerOn()
        }
    }
}
