public import ISO7816
public import MobileDevice

/// A contactless reader over nfcpy's UDP air: reaches any card that speaks it.
///
/// ``reset()`` takes the field away; the card is found and activated with the next command.
public actor AirReader: CardChannel {
    private let socket: UDPSocket
    private let card: UDPPeer
    private let executor = BlockingExecutor(label: "air reader")
    private let link: AirLink
    private var session: (card: ISODEPCard, initiator: ISODEPInitiator)?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - port: where the card listens on this machine.
    ///   - link: what becomes of the frames on their way.
    public init(port: UInt16, link: AirLink = .clear) throws(SocketError) {
        socket = try UDPSocket(port: 0)
        card = UDPPeer(port: port)
        self.link = link
    }

    deinit { try? socket.send(AirDatagram.fieldOff.bytes, to: card) }

    /// The card in the field, found if it was not yet.
    public func find() throws(CardUnreachable) -> ISODEPCard { try activated().card }

    /// Waits for a card to come into the field.
    ///
    /// - Returns: `nil` when none came in time.
    /// - Throws: ``CardUnreachable`` when what came speaks no ISO-DEP.
    public func find(within limit: Duration) throws(CardUnreachable) -> ISODEPCard? {
        let deadline = ContinuousClock.now + limit
        while session == nil {
            let rest = ContinuousClock.now.duration(to: deadline)
            guard rest > .zero else { return nil }
            try find(answeringWithin: min(rest, Self.activationTime))
        }
        return session?.card
    }

    public func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        var (card, initiator) = try activated()
        drain()
        do {
            let response = try exchange(command.bytes, &initiator)
            session = (card, initiator)
            return response
        } catch {
            fieldOff()
            throw error
        }
    }

    public func reset() throws(CardUnreachable) { fieldOff() }
}

extension AirReader {
    /// How long a card may take for the frames of its activation.
    private static let activationTime = Duration.milliseconds(500)
    /// Times that the field is switched on again for a card that stopped half-way.
    private static let attemptsMax = 3

    private func activated() throws(CardUnreachable) -> (card: ISODEPCard, initiator: ISODEPInitiator) {
        for _ in 0..<Self.attemptsMax {
            if let session { return session }
            try find(answeringWithin: Self.activationTime)
        }
        if let session { return session }
        throw CardUnreachable(mayHaveBeenExecuted: false, reason: "there is no card in the field")
    }

    /// Switches the field on once, and off again if there is no card in it.
    private func find(answeringWithin limit: Duration) throws(CardUnreachable) {
        if let card = try activate(answeringWithin: limit) {
            session = (card, ISODEPInitiator(card.answerToSelect))
        } else {
            fieldOff()
        }
    }

    private func activate(answeringWithin limit: Duration) throws(CardUnreachable) -> ISODEPCard? {
        drain()
        var activation = CardActivation()
        try send(activation.first)
        var deadline = ContinuousClock.now + limit
        while let answer = try receive(within: ContinuousClock.now.duration(to: deadline)) {
            switch activation.received(answer) {
            case .send(let next):
                try send(next)
                deadline = .now + Self.activationTime
            case .activated(let card): return card
            // Noise, or an answer to what the field before this one asked.
            case .failed(.malformed): continue
            case .failed(.speaksNoISODEP):
                throw CardUnreachable(mayHaveBeenExecuted: false, reason: "the card in the field speaks no ISO-DEP")
            }
        }
        return nil
    }

    /// What a lost patience left behind belongs to nothing that follows.
    private func drain() {
        while (try? socket.receive(within: .zero)) != nil {}
    }

    private func exchange(
        _ command: [UInt8], _ initiator: inout ISODEPInitiator
    ) throws(CardUnreachable) -> ResponseAPDU {
        var step = initiator.begin(command)
        while true {
            switch step {
            case .send(let frame, let limit):
                try send(frame, mayHaveBeenExecuted: initiator.hasSentWholeCommand)
                let answer = try receive(within: limit, mayHaveBeenExecuted: initiator.hasSentWholeCommand)
                step = answer.map { initiator.received($0) } ?? initiator.timedOut()
            case .response(let bytes):
                guard let response = try? ResponseAPDU(bytes: bytes) else {
                    throw CardUnreachable(mayHaveBeenExecuted: true, reason: "the card's answer has no status word")
                }
                return response
            case .failed(let failure):
                throw CardUnreachable(
                    mayHaveBeenExecuted: initiator.hasSentWholeCommand, reason: "the card left the field (\(failure))")
            }
        }
    }

    private func fieldOff() {
        session = nil
        try? socket.send(AirDatagram.fieldOff.bytes, to: card)
    }

    private func send(_ frame: [UInt8], mayHaveBeenExecuted: Bool = false) throws(CardUnreachable) {
        guard link.lets(.toCard, frame) else { return }
        do {
            try socket.send(AirDatagram.frame(frame).bytes, to: card)
        } catch {
            throw CardUnreachable(mayHaveBeenExecuted: mayHaveBeenExecuted, reason: error.reason)
        }
    }

    /// The next frame of the card; `nil` when none comes in time.
    private func receive(
        within limit: Duration, mayHaveBeenExecuted: Bool = false
    ) throws(CardUnreachable) -> [UInt8]? {
        let deadline = ContinuousClock.now + limit
        do {
            while let datagram = try socket.receive(within: ContinuousClock.now.duration(to: deadline)) {
                guard datagram.peer == card, case .frame(let frame) = AirDatagram(datagram.bytes) else { continue }
                if link.lets(.toReader, frame) { return frame }
            }
            return nil
        } catch {
            throw CardUnreachable(mayHaveBeenExecuted: mayHaveBeenExecuted, reason: error.reason)
        }
    }
}

/// What becomes of frames between a reader and a card: all of them arrive, or some are lost, for tests and simulations.
public struct AirLink: Sendable {
    public enum Direction: Hashable, Sendable { case toCard, toReader }

    fileprivate let lets: @Sendable (Direction, [UInt8]) -> Bool

    /// Every frame arrives.
    public static let clear = AirLink { _, _ in true }

    /// - Parameter lets: whether a frame arrives.
    public init(_ lets: @escaping @Sendable (Direction, [UInt8]) -> Bool) { self.lets = lets }
}
