import CardLink
import ISO7816

/// A card behind vpcd's protocol that goes away once, in the middle of a load, and comes back at the same port.
actor FickleCard: CardChannel {
    private let card: any CardChannel
    private var loadsLeft: Int
    private var served: VPCDCard.Served?

    /// - Parameter leavesAtLoad: the LOAD that is not answered any more.
    init(_ card: any CardChannel, leavesAtLoad: Int) {
        self.card = card
        loadsLeft = leavesAtLoad
    }

    /// - Returns: the port.
    func serve() throws -> UInt16 {
        let served = try VPCDCard(self).listen(port: 0)
        self.served = served
        return served.port
    }

    func stop() { served?.stop() }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        if command.instruction == 0xE8 {
            loadsLeft -= 1
            if loadsLeft == 0 { leaveAndComeBack() }
        }
        return try await card.transmit(command)
    }

    func reset() async throws(CardUnreachable) { try await card.reset() }

    private func leaveAndComeBack() {
        guard let gone = served else { return }
        gone.stop()
        Task {
            await gone.stopped()
            try? await card.reset()
            served = try? VPCDCard(self).listen(port: gone.port)
        }
    }
}
