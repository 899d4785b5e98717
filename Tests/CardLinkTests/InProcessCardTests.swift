import CardLink
import ISO7816
import Synchronization
import Testing

@Suite("A card in process")
struct InProcessCardTests {
    /// What became durable, in order.
    final class Disk: Sendable {
        let counts = Mutex<[UInt8]>([])
        var written: [UInt8] { counts.withLock { $0 } }
    }

    struct DiskFull: Error {}

    @Test("a command that changed persistent memory is durable before its response is released; others write nothing")
    func durableBeforeResponse() async throws {
        let disk = Disk()
        let card = InProcessCard(CounterCard()) { card in disk.counts.withLock { $0.append(card.count) } }
        #expect(try await card.transmit(CounterCard.readCount) == ResponseAPDU(.success, data: [0]))
        #expect(disk.written == [])
        #expect(try await card.transmit(CounterCard.countUp) == ResponseAPDU(.success, data: [1]))
        #expect(disk.written == [1])
        _ = try await card.transmit(CommandAPDU(0x80, 0x77, 0, 0))
        #expect(disk.written == [1])
    }

    @Test("a reset clears volatile memory and keeps persistent memory")
    func reset() async throws {
        let card = InProcessCard(CounterCard())
        _ = try await card.transmit(CounterCard.countUp)
        _ = try await card.transmit(CounterCard.setVolatile(7))
        #expect(try await card.transmit(CounterCard.readVolatile).data == [7])
        try await card.reset()
        #expect(try await card.transmit(CounterCard.readVolatile).data == [0])
        #expect(try await card.transmit(CounterCard.readCount).data == [1])
    }

    @Test(
        "power cut at a command leaves memory before or after it, and the host cannot tell",
        arguments: [(PowerCut.Moment.beforeExecution, UInt8(1)), (.afterCommit, 2)])
    func powerCut(_ moment: PowerCut.Moment, _ countAfter: UInt8) async throws {
        let disk = Disk()
        let card = InProcessCard(CounterCard()) { card in disk.counts.withLock { $0.append(card.count) } }
        await card.cutPower(PowerCut(moment, commandsBefore: 2))
        _ = try await card.transmit(CounterCard.countUp)
        _ = try await card.transmit(CounterCard.setVolatile(7))
        await #expect(throws: CardUnreachable(mayHaveBeenExecuted: true, reason: "the card lost power")) {
            try await card.transmit(CounterCard.countUp)
        }
        await #expect(throws: CardUnreachable(mayHaveBeenExecuted: false, reason: "the card has no power")) {
            try await card.transmit(CounterCard.readCount)
        }
        try await card.reset()
        #expect(try await card.transmit(CounterCard.readCount).data == [countAfter])
        #expect(try await card.transmit(CounterCard.readVolatile).data == [0])
        #expect(disk.written.last == countAfter)
    }

    @Test("a card that stays without power refuses as many resets as it was told")
    func failingResets() async throws {
        let card = InProcessCard(CounterCard())
        await card.cutPower(PowerCut(.beforeExecution, failingResets: 2))
        await #expect(throws: CardUnreachable.self) { try await card.transmit(CounterCard.countUp) }
        await #expect(throws: CardUnreachable.self) { try await card.reset() }
        await #expect(throws: CardUnreachable.self) { try await card.reset() }
        try await card.reset()
        #expect(try await card.transmit(CounterCard.readCount).data == [0])
    }

    @Test("when memory cannot be written the response is withheld and the card stays dark")
    func persistenceFailure() async throws {
        let card = InProcessCard(CounterCard()) { _ in throw DiskFull() }
        #expect(try await card.transmit(CounterCard.readCount).data == [0])
        await #expect(throws: CardUnreachable.self) { try await card.transmit(CounterCard.countUp) }
        await #expect(throws: CardUnreachable.self) { try await card.reset() }
        await #expect(throws: CardUnreachable.self) { try await card.transmit(CounterCard.readCount) }
    }
}
