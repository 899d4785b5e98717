import ISO7816
import MobileDevice
import Testing
import TrustedReading

@Suite("The relay of a trusted reading")
struct RichOSRelayTests {
    private static let manageChannel: UInt8 = 0x70
    private static let request = CommandAPDU(0x80, TrustedReading.initializeUpdate, 0x01, 0x00, expectedLength: 256)

    private func reader(_ relay: RichOSRelay) -> TrustedReader {
        TrustedReader(TrustedStage.applicationA) { command throws(CardUnreachable) in try await relay.exchange(command)
        }
    }

    private func relay(
        _ stage: TrustedStage, over element: any CardChannel, to pipe: (any ControllerPipe)? = nil,
        second: AID = TrustedStage.second
    ) -> RichOSRelay {
        RichOSRelay(
            secureElement: element, controller: pipe ?? stage.pipe, firstApplication: TrustedStage.first,
            secondApplication: second)
    }

    @Test("TNFC-01: over a way without extended length the longest command and the longest answer arrive unchanged")
    func shortLengthOnly() async throws {
        let answer = (0..<4_094).map { UInt8(truncatingIfNeeded: $0) }
        let field = TestField { _ in ResponseAPDU(.success, data: answer) }
        let stage = try TrustedStage(field)
        let reader = reader(relay(stage, over: ShortLengthChannel(stage.element)))
        try await reader.open()
        try await reader.poll()
        let command = CommandAPDU(
            0x00, 0xD6, 0x00, 0x00, data: (0..<4_086).map { UInt8(truncatingIfNeeded: $0 &* 3) },
            expectedLength: 4_096)
        #expect(command.bytes.count == 4_095)
        #expect(try await reader.transmit(command) == ResponseAPDU(.success, data: answer))
        #expect(field.commands == [command])
    }

    @Test(
        "TNFC-05: a piece of a long message that is dropped or comes twice ends the session", arguments: [true, false])
    func pieces(isDropped: Bool) async throws {
        for instruction in [TrustedReading.fetch, TrustedReading.deliver] {
            let stage = try TrustedStage(TestField { ResponseAPDU(.success, data: $0.data) })
            let element = PieceMeddler(stage.element, instruction: instruction, isDropped: isDropped)
            let reader = reader(relay(stage, over: element))
            try await reader.open()
            try await reader.poll()
            let command = CommandAPDU(
                0x00, 0xD6, 0x00, 0x00, data: [UInt8](repeating: 0x5A, count: 900), expectedLength: 900)
            #expect(try await reader.transmit(command).data == command.data)
            await element.start()
            await #expect(throws: TrustedReadingError.self) { try await reader.transmit(command) }
            #expect(await reader.channelNumber == nil)
            try await reader.open()
        }
    }

    @Test("TNFC-05: SA2 takes no more of an answer than the longest frame has, whoever delivers it")
    func endlessAnswer() async throws {
        let stage = try TrustedStage(TestField())
        let reader = reader(relay(stage, over: stage.element, to: EndlessPipe()))
        await #expect(throws: TrustedReadingError.linkFailed(.malformed)) { try await reader.open() }
        let deliveries = stage.tap.messages.filter {
            $0.place == .command && $0.instruction == TrustedReading.deliver
        }
        #expect(deliveries.count == LinkSession.frameLengthMax / 255 + 1)
    }

    @Test("TNFC-03: an SA2 that is not there leaves no logical channel open behind it")
    func secondApplicationMissing() async throws {
        let stage = try TrustedStage(TestField())
        let relay = relay(stage, over: stage.element, second: "F053454E45534348414C545200FF")
        for _ in 0..<5 {
            await #expect { try await relay.exchange(Self.request) } throws: {
                ($0 as? CardUnreachable)?.mayHaveBeenExecuted == false
            }
        }
        try await expectAllChannelsFree(stage)
        try await stage.reader().open()
    }

    @Test("TNFC-03: a SELECT that is withheld leaves no logical channel open behind it", arguments: [1, 2])
    func selectionWithheld(number: Int) async throws {
        let stage = try TrustedStage(TestField())
        stage.tap.start { _, message in
            let selections = stage.tap.messages.filter { $0.place == .command && $0.instruction == 0xA4 }
            return message.place == .command && message.instruction == 0xA4 && selections.count == number
                ? nil : message.bytes
        }
        await #expect(throws: TrustedReadingError.self) { try await stage.reader().open() }
        stage.tap.start()
        try await expectAllChannelsFree(stage)
        try await stage.reader().open()
    }

    /// MANAGE CHANNEL opens the first one, and it is closed again.
    private func expectAllChannelsFree(_ stage: TrustedStage) async throws {
        let opened = await stage.element.process(
            CommandAPDU(0x00, Self.manageChannel, 0x00, 0x00, expectedLength: 1))
        #expect(opened == ResponseAPDU(.success, data: [1]))
        #expect(
            await stage.element.process(CommandAPDU(0x00, Self.manageChannel, 0x80, 0x01)).statusWord == .success)
    }
}

/// A way to a secure element that carries short commands and short answers only.
private struct ShortLengthChannel: CardChannel {
    let element: any CardChannel

    init(_ element: any CardChannel) { self.element = element }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        guard !command.isExtended else { return ResponseAPDU(.wrongLength) }
        let response = try await element.transmit(command)
        guard response.data.count <= command.expectedLength ?? 0 else {
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "the answer is too long")
        }
        return response
    }

    func reset() async throws(CardUnreachable) { try await element.reset() }
}

/// Drops the first piece that has others behind it, or carries it twice.
private actor PieceMeddler: CardChannel {
    private let element: any CardChannel
    private let instruction: UInt8
    private let isDropped: Bool
    private var isDue = false

    init(_ element: any CardChannel, instruction: UInt8, isDropped: Bool) {
        self.element = element
        self.instruction = instruction
        self.isDropped = isDropped
    }

    func start() { isDue = true }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        guard isDue, command.instruction == instruction else { return try await element.transmit(command) }
        return instruction == TrustedReading.fetch ? try await fetch(command) : try await deliver(command)
    }

    private func fetch(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let piece = try await element.transmit(command)
        guard piece.statusWord == .moreDataAvailable else { return piece }
        isDue = false
        return isDropped
            ? try await element.transmit(command) : ResponseAPDU(piece.statusWord, data: piece.data + piece.data)
    }

    private func deliver(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        guard command.p2 == TrustedReading.morePieces else { return try await element.transmit(command) }
        isDue = false
        guard !isDropped else { return ResponseAPDU(.success) }
        _ = try await element.transmit(command)
        return try await element.transmit(command)
    }

    func reset() async throws(CardUnreachable) { try await element.reset() }
}

/// A controller that never ends.
private struct EndlessPipe: ControllerPipe {
    func exchange(_ message: [UInt8]) async -> [UInt8]? { [UInt8](repeating: 0x02, count: 60_000) }
}
