import CardLink
import ISO7816
import MobileDevice
import NFCForum
import Synchronization
import Testing
import TrustedReading

/// A Type 4 Tag that an application in the TEE reads, over SA1, SA2, the NFC controller and nfcpy's UDP air.
@Suite("Trusted reading over the air")
struct TrustedReadingOverTheAirTests {
    private static let identifier: [UInt8] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]
    private static let address = "https://pay.example/t/coffee"
    private static let keys = SecureDynamicKeys.random()

    private func tag() throws -> InProcessCard<Type4Tag> {
        let identifier = try #require(TagIdentifier(Self.identifier))
        return InProcessCard(
            try Type4Tag(
                identifier: identifier, template: SecureDynamicTemplate(uri: Self.address), keys: Self.keys))
    }

    private func air(_ card: any CardChannel) throws -> OnAir {
        let identifier = try #require(NFCIdentifier(Self.identifier))
        return try UDPAir(card, controller: NFCController(identifier: identifier)).listen(port: 0)
    }

    /// The count of a reading that the tag itself proves.
    private func provenCount(_ message: NDEFMessage?) throws -> UInt32 {
        let record = try #require(message?.records.first)
        let reading = try SecureDynamicMessage(uri: URIRecord(record).uri).verified(with: Self.keys)
        #expect(reading.identifier.bytes == Self.identifier)
        return reading.counter
    }

    /// A block with a piece of a command or a response in it. ISO/IEC 14443-4 §7.1.1.1.
    private static func isInformation(_ frame: [UInt8]) -> Bool { frame.first.map { $0 & 0xE2 == 0x02 } ?? false }

    @Test("TNFC-01: a Type 4 Tag on the air is read from the TEE, with its UID and its ATS")
    func read() async throws {
        let air = try air(try tag())
        let reader = try TrustedChain(port: air.port).reader
        try await reader.open()
        let card = try await reader.poll(.typeA, within: .seconds(2))
        #expect(card.identifier == Self.identifier)
        #expect(card.answerToSelect == AnswerToSelect().bytes)
        let message = try await Type4TagReader(reader.channel).read()
        #expect(try provenCount(message) == 1)
        try await reader.channel.reset()
        #expect(try provenCount(await Type4TagReader(reader.channel).read()) == 2)
        await #expect(throws: TrustedReadingError.noCard) { try await reader.poll(.typeB, within: .seconds(2)) }
        await reader.close()
        air.stop()
        await air.stopped()
    }

    @Test(
        "TNFC-01: a frame that is lost on the air in either direction is asked for with R(NAK), and nothing is read twice"
    )
    func lostFrames() async throws {
        let card = try tag()
        let air = try air(card)
        struct Seen {
            var toCard = 0
            var toReader = 0
            var notAcknowledged = 0
        }
        let seen = Mutex(Seen())
        let link = AirLink { direction, frame in
            seen.withLock { seen in
                if direction == .toCard, frame.first.map({ $0 & 0xF6 == 0xB2 }) ?? false { seen.notAcknowledged += 1 }
                guard Self.isInformation(frame) else { return true }
                switch direction {
                case .toCard:
                    seen.toCard += 1
                    return seen.toCard != 3
                case .toReader:
                    seen.toReader += 1
                    // The answer to the command that counts the reading.
                    return seen.toReader != 5
                }
            }
        }
        let reader = try TrustedChain(port: air.port, link: link).reader
        try await reader.open()
        try await reader.poll(.typeA, within: .seconds(2))
        let message = try await Type4TagReader(reader.channel).read()
        #expect(try provenCount(message) == 1)
        #expect(await card.card.secureDynamicMessaging?.counter == 1)
        #expect(seen.withLock { $0.notAcknowledged } >= 2)
        air.stop()
        await air.stopped()
    }

    @Test("TNFC-01: a tag that takes longer than its waiting time asks for more of it, and the TEE waits")
    func waitingTime() async throws {
        let air = try air(SlowTag(try tag(), pause: .milliseconds(400)))
        let extensions = Mutex(0)
        let link = AirLink { direction, frame in
            if direction == .toReader, frame.first == 0xF2 { extensions.withLock { $0 += 1 } }
            return true
        }
        let reader = try TrustedChain(port: air.port, link: link).reader
        try await reader.open()
        try await reader.poll(.typeA, within: .seconds(2))
        #expect(try provenCount(await Type4TagReader(reader.channel).read()) == 1)
        #expect(extensions.withLock { $0 } > 0)
        air.stop()
        await air.stopped()
    }

    @Test("TNFC-06: a tag that leaves the air is lost by name; when one is there again it is found in the same session")
    func removal() async throws {
        let air = try air(try tag())
        let isAway = Mutex(false)
        let reader = try TrustedChain(port: air.port, link: AirLink { _, _ in isAway.withLock { !$0 } }).reader
        try await reader.open()
        try await reader.poll(.typeA, within: .seconds(2))
        #expect(try provenCount(await Type4TagReader(reader.channel).read()) == 1)
        let session = await reader.channelNumber
        isAway.withLock { $0 = true }
        await #expect(throws: TrustedReadingError.cardLost) {
            try await reader.transmit(Type4Command.selectApplication.command)
        }
        await #expect(throws: TrustedReadingError.noCard) { try await reader.poll(.typeA, within: .milliseconds(300)) }
        isAway.withLock { $0 = false }
        try await reader.poll(.typeA, within: .seconds(2))
        #expect(try provenCount(await Type4TagReader(reader.channel).read()) == 2)
        #expect(await reader.channelNumber == session)
        air.stop()
        await air.stopped()
    }
}

/// A tag that thinks for a while before it gives its message.
private struct SlowTag: CardChannel {
    private let tag: InProcessCard<Type4Tag>
    private let pause: Duration

    init(_ tag: InProcessCard<Type4Tag>, pause: Duration) {
        self.tag = tag
        self.pause = pause
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        if command.instruction == 0xB0 { try? await Task.sleep(for: pause) }
        return try await tag.transmit(command)
    }

    func reset() async throws(CardUnreachable) { try await tag.reset() }
}
