import CardLink
import ISO7816
import MobileDevice
import Synchronization
import Testing

/// A card and a reader on the UDP air of this machine.
@Suite struct AirTests {
    private static let identifier = NFCIdentifier.double([0x04, 1, 2, 3, 4, 5, 6])

    private func air(_ channel: any CardChannel) throws -> OnAir {
        try UDPAir(channel, controller: NFCController(identifier: Self.identifier)).listen(port: 0)
    }

    @Test("a reader finds the card by its identifier and gets commands of any length executed")
    func exchange() async throws {
        let air = try air(InProcessCard(CounterCard()))
        let reader = try AirReader(port: air.port)
        #expect(try await reader.find().identifier == Self.identifier.bytes)
        #expect(try await reader.transmit(CounterCard.countUp) == ResponseAPDU(.success, data: [1]))
        let long = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        let echoed = try await reader.transmit(CommandAPDU(0x80, 0x06, 0, 0, data: long, expectedLength: 65_536))
        #expect(echoed == ResponseAPDU(.success, data: long))
        air.stop()
        await air.stopped()
    }

    @Test("every second frame of a direction is lost once, and each command is executed once")
    func lossyLink() async throws {
        let air = try air(InProcessCard(CounterCard()))
        let seen = Mutex<Set<[UInt8]>>([])
        // The first time that a block appears it is lost, the activation apart.
        let link = AirLink { direction, frame in
            guard direction == .toReader, frame.first.map({ $0 & 0xE2 == 0x02 }) ?? false else { return true }
            return seen.withLock { !$0.insert(frame).inserted }
        }
        let reader = try AirReader(port: air.port, link: link)
        for count: UInt8 in 1...4 {
            #expect(try await reader.transmit(CounterCard.countUp) == ResponseAPDU(.success, data: [count]))
        }
        air.stop()
        await air.stopped()
    }

    @Test("the field's going resets the contactless interface")
    func fieldLoss() async throws {
        let air = try air(InProcessCard(CounterCard()))
        let reader = try AirReader(port: air.port)
        _ = try await reader.transmit(CounterCard.setVolatile(7))
        #expect(try await reader.transmit(CounterCard.readVolatile).data == [7])
        try await reader.reset()
        #expect(try await reader.transmit(CounterCard.readVolatile).data == [0])
        air.stop()
        await air.stopped()
    }

    @Test("a card that takes longer than the reader's patience asks for time and is waited for")
    func slowCard() async throws {
        let air = try air(SlowCard(.milliseconds(400)))
        let extensions = Mutex(0)
        let link = AirLink { direction, frame in
            if direction == .toReader, frame.first == 0xF2 { extensions.withLock { $0 += 1 } }
            return true
        }
        let reader = try AirReader(port: air.port, link: link)
        #expect(try await reader.transmit(CounterCard.countUp) == ResponseAPDU(.success, data: [9]))
        #expect(extensions.withLock { $0 } > 0)
        air.stop()
        await air.stopped()
    }

    @Test("a card that cannot be reached is silence to the reader, which says that the command may have been executed")
    func deadCard() async throws {
        let card = InProcessCard(CounterCard())
        await card.cutPower(PowerCut(.afterCommit))
        let air = try air(card)
        let reader = try AirReader(port: air.port)
        await #expect { try await reader.transmit(CounterCard.countUp) } throws: {
            ($0 as? CardUnreachable)?.mayHaveBeenExecuted == true
        }
        air.stop()
        await air.stopped()
    }

    @Test("an empty field is a card that is unreachable and has executed nothing")
    func emptyField() async throws {
        let air = try air(InProcessCard(CounterCard()))
        let port = air.port
        air.stop()
        await air.stopped()
        let reader = try AirReader(port: port)
        await #expect(throws: CardUnreachable(mayHaveBeenExecuted: false, reason: "there is no card in the field")) {
            try await reader.transmit(CounterCard.countUp)
        }
    }

    @Test("another reader finds the card although the one before never said that its field is gone")
    func anotherReader() async throws {
        let air = try air(InProcessCard(CounterCard()))
        let first = try AirReader(port: air.port)
        _ = try await first.transmit(CounterCard.setVolatile(7))
        let second = try AirReader(port: air.port)
        #expect(try await second.transmit(CounterCard.readVolatile).data == [0])
        withExtendedLifetime(first) {}
        air.stop()
        await air.stopped()
    }
}

/// A card that thinks for a while.
private struct SlowCard: CardChannel {
    let pause: Duration

    init(_ pause: Duration) { self.pause = pause }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        try? await Task.sleep(for: pause)
        return ResponseAPDU(.success, data: [9])
    }

    func reset() async throws(CardUnreachable) {}
}
