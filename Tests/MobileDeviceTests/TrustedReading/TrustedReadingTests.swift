import CardCryptography
import CardTesting
import ISO7816
import MobileDevice
import NFCForum
import SecureChannel
import SecureElement
import Synchronization
import Testing
import TrustedReading

@Suite("Trusted reading")
struct TrustedReadingTests {
    private static let command = CommandAPDU(
        0x00, 0xA4, 0x04, 0x00, data: Array("plain application".utf8), expectedLength: 256)

    @Test("TNFC-01: a command of any length reaches the card unchanged, and its answer returns unchanged")
    func lengths() async throws {
        let commands =
            try ["00A40000", "00B0000000", "00D6000001AA"].map { try CommandAPDU(hex: $0) }
            + [
                CommandAPDU(0x00, 0xD6, 0x00, 0x00, data: [UInt8](repeating: 0x5A, count: 255), expectedLength: 256),
                CommandAPDU(0x00, 0xD6, 0x00, 0x00, data: (0..<2_000).map { UInt8($0 & 0xFF) }, expectedLength: 4_096),
            ]
        for answerLength in [0, 1, 200, 236, 237, 238, 256, 2_000, 4_094] {
            let field = TestField { _ in ResponseAPDU(0x9000, data: [UInt8](repeating: 0xC3, count: answerLength)) }
            let reader = try TrustedStage(field).reader()
            try await reader.open()
            let card = try await reader.poll()
            #expect(card.identifier == TestField.identifier)
            #expect(card.answerToSelect == AnswerToSelect().bytes)
            for command in commands {
                let response = try await reader.transmit(command)
                #expect(response == ResponseAPDU(0x9000, data: [UInt8](repeating: 0xC3, count: answerLength)))
            }
            #expect(field.commands == commands)
            await reader.close()
            #expect(!field.isOn)
        }
    }

    @Test("TNFC-01: an answer or a command beyond the bound is refused by name, and the session goes on")
    func bounds() async throws {
        let field = TestField { _ in ResponseAPDU(0x9000, data: [UInt8](repeating: 0xC3, count: 4_095)) }
        let reader = try TrustedStage(field).reader()
        try await reader.open()
        try await reader.poll()
        await #expect(throws: TrustedReadingError.answerTooLong) { try await reader.transmit(Self.command) }
        try await reader.poll()
        let long = CommandAPDU(0x00, 0xD6, 0x00, 0x00, data: [UInt8](repeating: 0, count: 4_089))
        await #expect(throws: TrustedReadingError.commandTooLong(4_096)) { try await reader.transmit(long) }
        #expect(field.commands.count == 1)
    }

    @Test("TNFC-02: what the rich operating system sees holds no command, no answer, no UID and no card number")
    func trace() async throws {
        let secret = Array("4000 0012 3456 7899".utf8)
        let digits: [UInt8] = [0x40, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78, 0x99]
        let field = TestField { _ in ResponseAPDU(.success, data: [0x5A, 0x08] + digits + secret) }
        let stage = try TrustedStage(field)
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        _ = try await reader.transmit(Self.command)
        await reader.close()
        let seen = stage.tap.messages.map(\.bytes)
        #expect(seen.count > 20)
        let plain = [secret, digits, Array("plain application".utf8), TestField.identifier, Self.command.header]
        for message in seen {
            for part in plain { #expect(!message.contains(part), "\(message.hex) holds \(part.hex)") }
        }
    }

    @Test("TNFC-03: when any of the three links is missing, reading fails cleanly and says which")
    func missingLinks() async throws {
        // Channel 1.
        let first = try TrustedStage(TestField())
        first.tap.start { _, message in message.instruction == TrustedReading.initializeUpdate ? nil : message.bytes }
        await #expect(throws: TrustedReadingError.withheld(.init(mayHaveBeenExecuted: true, reason: "withheld"))) {
            try await first.reader().open()
        }
        // SA1 to SA2: another secret, and an SA1 that is not on SA2's list.
        for stage in [
            try TrustedStage(TestField(), element: TrustedStage.makeCard(secondSecret: 0x61)),
            try TrustedStage(TestField(), first: TrustedStage.stranger),
        ] {
            await #expect(throws: TrustedReadingError.linkFailed(.notPaired)) { try await stage.reader().open() }
        }
        // Channel 2: nothing comes through, and a controller with another pairing key.
        let third = try TrustedStage(TestField())
        third.tap.start { _, message in message.place == .toController ? nil : message.bytes }
        await #expect(throws: TrustedReadingError.controllerSilent) { try await third.reader().open() }
        third.tap.start()
        try await third.reader().open()
        let foreign = try TrustedStage(TestField(), pairing: TrustedStage.key(0x71))
        await #expect(throws: TrustedReadingError.linkFailed(.controllerUnknown)) { try await foreign.reader().open() }
    }

    @Test("TNFC-03: the card in the field does not matter to the links: without one, polling says so and goes on")
    func noCard() async throws {
        let field = TestField()
        field.take()
        let reader = try TrustedStage(field).reader()
        try await reader.open()
        await #expect(throws: TrustedReadingError.noCard) { try await reader.poll() }
        await #expect(throws: TrustedReadingError.noCard) { try await reader.transmit(Self.command) }
        await #expect(throws: TrustedReadingError.noCard) { try await reader.poll(.typeB) }
        field.put()
        try await reader.poll()
        #expect(try await reader.transmit(Self.command).data == Self.command.data)
    }

    @Test("TNFC-04: neither the rich operating system nor a foreign TEE application can use channel 1 or channel 2")
    func unauthorised() async throws {
        let field = TestField()
        let stage = try TrustedStage(field)
        let wrong = TrustedStage.application(0x01, 0x55)
        await #expect(throws: TrustedReadingError.notAuthenticated(.cardCryptogramMismatch)) {
            try await stage.reader(wrong).open()
        }
        let unknown = TrustedStage.application(0x03, 0x10)
        await #expect(throws: TrustedReadingError.notAuthenticated(.cardRefused(.referencedDataNotFound))) {
            try await stage.reader(unknown).open()
        }
        func send(_ hex: String, _ interface: CardInterface = .wired) async throws -> StatusWord {
            await stage.element.process(try CommandAPDU(hex: hex), over: interface).statusWord
        }
        let select = { (aid: AID) in "00A40400" + [UInt8(aid.bytes.count)].hex + aid.bytes.hex }
        _ = try await send(select(TrustedStage.first))
        for instruction in ["E0", "E2", "E4", "E6", "E8"] {
            #expect(try await send("80\(instruction)010000") == .conditionsOfUseNotSatisfied)
            #expect(try await send("84\(instruction)010000") == .conditionsOfUseNotSatisfied)
        }
        #expect(try await send("8482330010" + String(repeating: "00", count: 16)) == .conditionsOfUseNotSatisfied)
        #expect(try await send("8014000001AA") == .instructionNotSupported)
        _ = try await send(select(TrustedStage.first), .contactless)
        #expect(try await send("80500100080102030405060708", .contactless) == .conditionsOfUseNotSatisfied)
        _ = try await send(select(TrustedStage.second))
        #expect(try await send("8012000000") == .referencedDataNotFound)
        #expect(try await send("8014000001AA") == .conditionsOfUseNotSatisfied)
        #expect(try await send("80E0000000") == .instructionNotSupported)
        // The controller does nothing for whoever does not hold the pairing key.
        for message in [[], [0x03], [0x01, 0x01], Self.command.bytes, [UInt8](repeating: 3, count: 39)] as [[UInt8]] {
            #expect(await stage.controller.exchange(message) == nil)
        }
        #expect(await stage.controller.exchange([0x01] + [UInt8](repeating: 9, count: 16)) != nil)
        #expect(await stage.controller.exchange([0x03] + [UInt8](repeating: 0, count: 38)) == nil)
        #expect(await stage.controller.isLinked == false)
        #expect(field.commands.isEmpty && !field.isOn)
    }

    /// Opens, polls, sends one command.
    private func read(_ stage: TrustedStage) async throws {
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        _ = try await reader.transmit(Self.command)
    }

    /// The messages of channel 1 and channel 2, and of the handshakes: not what opens logical channels, and not the relay's
    /// own receipt for a delivery.
    private static func isProtected(_ message: Tap.Message) -> Bool {
        switch message.place {
        case .toController, .fromController: true
        case .command: message.instruction != 0x70 && message.instruction != 0xA4
        case .response: ![0x70, 0xA4, TrustedReading.deliver].contains(message.instruction)
        }
    }

    @Test(
        "TNFC-05: any byte of any message that is changed ends the session, and the next one begins as if nothing had been"
    )
    func flips() async throws {
        let field = TestField()
        let reference = try TrustedStage(field)
        try await read(reference)
        let messages = reference.tap.messages
        var flips = 0
        for (number, message) in messages.enumerated() where Self.isProtected(message) {
            // A FETCH that finds nothing says so by its status word alone: there is nothing to change.
            if message.instruction == TrustedReading.fetch,
                (message.place == .response ? message : messages[number + 1]).bytes.count == 2
            {
                continue
            }
            for index in message.bytes.indices {
                let stage = try TrustedStage(field)
                stage.tap.start { current, passed in
                    var bytes = passed.bytes
                    if current == number { bytes[index] ^= 0x01 }
                    return bytes
                }
                await #expect(throws: TrustedReadingError.self, "message \(number), byte \(index): \(message)") {
                    try await read(stage)
                }
                stage.tap.start()
                try await read(stage)
                flips += 1
            }
        }
        #expect(flips > 500)
    }

    @Test("TNFC-05: a message of channel 2 that is replayed, overtaken or dropped is detected")
    func replays() async throws {
        // The controller's latest answer again, the one before, and SA2's latest frame twice.
        for distance in 1...2 {
            let stage = try TrustedStage(TestField())
            let reader = stage.reader()
            try await reader.open()
            try await reader.poll()
            let answers = stage.tap.messages.filter { $0.place == .fromController && $0.bytes[0] == 0x03 }
            let old = answers[answers.count - distance].bytes
            stage.tap.start { _, message in message.place == .fromController ? old : message.bytes }
            await #expect(throws: TrustedReadingError.linkFailed(.outOfOrder)) {
                try await reader.transmit(Self.command)
            }
            stage.tap.start()
            #expect(await stage.controller.isLinked == false)
            try await reader.open()
        }
        let field = TestField()
        let stage = try TrustedStage(field)
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        _ = try await reader.transmit(Self.command)
        let frame = try #require(stage.tap.messages.last { $0.place == .toController }).bytes
        #expect(await stage.controller.exchange(frame) == nil)
        #expect(await stage.controller.lastFailure == .outOfOrder(expected: 4, found: 3))
        #expect(!field.isOn && field.commands.count == 1)
        await #expect(throws: TrustedReadingError.controllerSilent) { try await reader.transmit(Self.command) }
        try await reader.open()
    }

    @Test("TNFC-05: a message of channel 1 that is replayed, in either direction, ends the session")
    func replaysOnChannel1() async throws {
        for place in [Tap.Place.command, .response] {
            let stage = try TrustedStage(TestField())
            let reader = stage.reader()
            try await reader.open()
            try await reader.poll()
            let old = try #require(stage.tap.messages.last { $0.place == place && $0.instruction == 0xE6 }).bytes
            stage.tap.start { _, message in
                message.place == place && message.instruction == 0xE6 ? old : message.bytes
            }
            await #expect(throws: TrustedReadingError.self) { try await reader.transmit(Self.command) }
            #expect(await reader.channelNumber == nil)
            await #expect(throws: TrustedReadingError.noSession) { try await reader.transmit(Self.command) }
            stage.tap.start()
            try await reader.open()
            try await reader.poll()
        }
    }

    @Test("TNFC-06: a card that is taken away is an error of its own; the session goes on with the next card")
    func cardLost() async throws {
        let field = TestField()
        let reader = try TrustedStage(field).reader()
        try await reader.open()
        try await reader.poll()
        let number = await reader.channelNumber
        field.take()
        await #expect(throws: TrustedReadingError.cardLost) { try await reader.transmit(Self.command) }
        await #expect(throws: TrustedReadingError.noCard) { try await reader.transmit(Self.command) }
        await #expect(throws: TrustedReadingError.noCard) { try await reader.poll() }
        field.put()
        try await reader.poll()
        #expect(try await reader.transmit(Self.command).statusWord == .success)
        #expect(await reader.channelNumber == number)
        await reader.close()
        try await reader.open()
        try await reader.poll()
        #expect(await reader.channelNumber != number)
    }

    @Test("TNFC-07: SA1 reaches the NFC controller through SA2 alone, and SA2 answers nobody but its SA1")
    func securityChannel() async throws {
        let stage = try TrustedStage(TestField())
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        let seen = stage.tap.messages
        // Everything for the controller was fetched from SA2's logical channel, everything from it delivered there.
        let fetched = seen.filter { $0.place == .response && $0.instruction == TrustedReading.fetch }
            .map { Array($0.bytes.dropLast(2)) }.filter { !$0.isEmpty }
        #expect(fetched == seen.filter { $0.place == .toController }.map(\.bytes))
        let delivered = seen.filter { $0.place == .command && $0.instruction == TrustedReading.deliver }
            .map { Array($0.bytes.dropFirst(4)) }
        #expect(delivered == seen.filter { $0.place == .fromController }.map(\.bytes))
        // A copy of SA1 with all its keys, under another AID: SA2 knows it not, and the reading goes on.
        let stranger = RichOSRelay(
            secureElement: stage.element, controller: stage.pipe, firstApplication: TrustedStage.stranger,
            secondApplication: TrustedStage.second)
        let other = TrustedReader(TrustedStage.applicationA) { command throws(CardUnreachable) in
            try await stranger.exchange(command)
        }
        await #expect(throws: TrustedReadingError.self) { try await other.open() }
        #expect(try await reader.transmit(Self.command).statusWord == .success)
    }

    @Test("TNFC-08: two TEE applications have channel numbers and keys of their own; one reads at a time")
    func twoApplications() async throws {
        let stage = try TrustedStage(TestField())
        let (a, b) = (stage.reader(TrustedStage.applicationA), stage.reader(TrustedStage.applicationB))
        try await a.open()
        try await a.poll()
        await #expect(throws: TrustedReadingError.busy) { try await b.open() }
        #expect(try await a.transmit(Self.command).statusWord == .success)
        let numberOfA = try #require(await a.channelNumber)
        await a.close()
        try await b.open()
        let numberOfB = try #require(await b.channelNumber)
        #expect(numberOfA != numberOfB)
        try await b.poll()
        #expect(try await b.transmit(Self.command).statusWord == .success)
        // A's command under B's number ends B's session, and A learns nothing.
        stage.tap.start { _, message in
            guard message.place == .command, message.instruction == 0xE0 else { return message.bytes }
            var bytes = message.bytes
            bytes[2] = numberOfB
            return bytes
        }
        await #expect(throws: TrustedReadingError.self) { try await a.open() }
        stage.tap.start()
        await #expect(throws: TrustedReadingError.self) { try await b.transmit(Self.command) }
        try await b.open()
        try await b.poll()
    }

    @Test("TNFC-08: an application that comes back takes over what its own broken session left open")
    func takeover() async throws {
        let stage = try TrustedStage(TestField())
        let first = stage.reader()
        try await first.open()
        try await first.poll()
        let second = stage.reader()
        try await second.open()
        try await second.poll()
        #expect(try await second.transmit(Self.command).statusWord == .success)
        await #expect(throws: TrustedReadingError.self) { try await first.transmit(Self.command) }
    }

    @Test("TNFC-01: a Type 4 Tag is read and written through the secure element")
    func type4Tag() async throws {
        let identifier = try #require(TagIdentifier(TestField.identifier))
        let message = NDEFMessage(URIRecord("https://pay.example/t/" + String(repeating: "c", count: 600)).record)
        let tag = Box(try Type4Tag(identifier: identifier, message: message))
        let reader = try TrustedStage(TestField { tag.process($0) }).reader()
        try await reader.open()
        try await reader.poll()
        #expect(try await Type4TagReader(reader.channel).read() == message)
        let other = NDEFMessage(URIRecord("https://pay.example/t/2").record)
        try await Type4TagReader(reader.channel).write(other)
        #expect(try await Type4TagReader(reader.channel).read() == other)
    }
}

/// A tag that several may reach.
final class Box: Sendable {
    private let tag: Mutex<Type4Tag>

    init(_ tag: Type4Tag) { self.tag = Mutex(tag) }

    func process(_ command: CommandAPDU) -> ResponseAPDU { tag.withLock { $0.process(command) } }
}
