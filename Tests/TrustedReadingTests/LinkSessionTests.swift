import CardCryptography
import CardTesting
import ISO7816
import Testing
import TrustedReading

@Suite("Channel 2")
struct LinkSessionTests {
    private let pairing: AESKey
    private let random = SeededRandomSource(seed: 11)

    init() throws { pairing = try AESKey([UInt8](repeating: 0x70, count: 16)) }

    private func command(_ frame: [UInt8], _ link: inout ControllerLink) throws -> ControllerCommand {
        try link.command(in: frame)
    }

    @Test("TNFC-05: both ends derive the same keys from both nonces, and carry every message both ways")
    func bothWays() throws {
        let handshake = LinkHandshake(pairing: pairing, random: random)
        var controller = try ControllerLink(answering: handshake.hello, pairing: pairing, random: random)
        var application = try handshake.opened(by: controller.answer)
        let commands: [ControllerCommand] = [
            .field(isOn: true), .poll(.typeA, milliseconds: 1_000), .apdu([0, 1, 2, 3]),
            .apdu([UInt8](repeating: 7, count: TrustedReading.messageLengthMax)), .field(isOn: false),
        ]
        for wanted in commands {
            let found = try controller.command(in: application.seal(wanted.bytes))
            #expect(found == wanted)
        }
        let card = try #require(ActivatedCard(identifier: [1, 2, 3, 4], answerToSelect: [5, 0x78, 0x80, 0x70, 2]))
        let events: [ControllerEvent] = [
            .field(isOn: true), .activated(card), .apdu([0x90, 0x00]), .deactivated(.cardLost),
        ]
        for event in events {
            let frame = try controller.frame(of: event)
            #expect(try ControllerEvent(bytes: application.open(frame)) == event)
        }
    }

    @Test("TNFC-05: frames of another direction, another session or another pairing are not accepted")
    func strangers() throws {
        let handshake = LinkHandshake(pairing: pairing, random: random)
        let controller = try ControllerLink(answering: handshake.hello, pairing: pairing, random: random)
        let session = try handshake.opened(by: controller.answer)
        var sender = session
        let frame = try sender.seal([1])
        var reflected = session
        #expect(throws: LinkError.macDoesNotMatch) { try reflected.open(frame) }
        #expect(!reflected.isOpen)
        #expect(throws: LinkError.sessionOver) { try reflected.open(frame) }
        #expect(throws: LinkError.sessionOver) { try reflected.seal([1]) }
        var other = try ControllerLink(answering: handshake.hello, pairing: pairing, random: random)
        #expect(throws: LinkError.macDoesNotMatch) { try command(frame, &other) }
        let foreign = try ControllerLink(
            answering: handshake.hello, pairing: AESKey([UInt8](repeating: 0x71, count: 16)), random: random)
        let answer = foreign.answer
        #expect(throws: LinkError.proofDoesNotMatch) { try handshake.opened(by: answer) }
    }

    @Test(
        "TNFC-05: a frame too short, too long, or with a wrong length is malformed; nothing but a message is a message")
    func malformed() throws {
        let handshake = LinkHandshake(pairing: pairing, random: random)
        let answer = try ControllerLink(answering: handshake.hello, pairing: pairing, random: random).answer
        let frame = try { () throws in
            var session = try handshake.opened(by: answer)
            return try session.seal([1, 2, 3])
        }()
        for bytes in [[], Array(frame.dropLast()), frame + [0], [0x02] + frame.dropFirst()] {
            var session = try handshake.opened(by: answer)
            #expect(throws: LinkError.malformed) { try session.open(bytes) }
        }
        for end in 0..<answer.count {
            #expect(throws: LinkError.self) { try handshake.opened(by: Array(answer[..<end])) }
        }
        var session = try handshake.opened(by: answer)
        let tooLong = [UInt8](repeating: 0, count: TrustedReading.messageLengthMax + 2)
        #expect(throws: LinkError.tooLong(tooLong.count)) { try session.seal(tooLong) }
        for bytes in [[], [0x01], [0x01, 0x02], [0x02, 0x01, 0], [0x02, 0x09, 0, 1], [0x03, 1, 2, 3], [0x7F]]
            as [[UInt8]]
        {
            #expect(throws: TrustedReadingMessageError.malformed) { try ControllerCommand(bytes: bytes) }
        }
        for bytes in [
            [], [0x81], [0x82], [0x82, 0], [0x82, 5, 1, 2, 3, 4, 5], [0x82, 7, 1], [0x83, 0x90], [0x84, 0], [0x84, 9],
        ] as [[UInt8]] {
            #expect(throws: TrustedReadingMessageError.malformed) { try ControllerEvent(bytes: bytes) }
        }
    }
}
