import ISO7816
import Testing

@testable import PCSCLink

@Suite("A transmission protocol")
struct TransmissionProtocolTests {
    private let data = [UInt8](repeating: 0xAA, count: 255)

    @Test("T=1 carries every command as it is")
    func t1() throws {
        for command in [
            CommandAPDU(0x00, 0xA4, 0x04, 0x00), CommandAPDU(0x80, 0xCA, 0x00, 0x66, expectedLength: 256),
            CommandAPDU(0x80, 0xE2, 0x80, 0x00, data: data, expectedLength: 256),
            CommandAPDU(0x80, 0xE2, 0x80, 0x00, data: data + data, expectedLength: 65_536),
        ] {
            #expect(try TransmissionProtocol.t1.bytes(of: command) == command.bytes)
        }
    }

    @Test("T=0 has no Le behind data, and five bytes for a bare header")
    func t0() throws {
        let protocolT0 = TransmissionProtocol.t0
        #expect(
            try protocolT0.bytes(of: CommandAPDU(0x80, 0x50, 0, 0, data: [1], expectedLength: 256)).hex
                == "805000000101")
        #expect(try protocolT0.bytes(of: CommandAPDU(0x00, 0xA4, 0x04, 0x00)).hex == "00A4040000")
        #expect(try protocolT0.bytes(of: CommandAPDU(0x80, 0xCA, 0x00, 0x66, expectedLength: 256)).hex == "80CA006600")
        #expect(try protocolT0.bytes(of: CommandAPDU(0x80, 0xE2, 0, 0, data: data)).count == 260)
    }

    @Test("T=0 refuses what only an extended length can say, before anything is sent")
    func extended() {
        for command in [
            CommandAPDU(0x80, 0xE2, 0, 0, data: data + [0]), CommandAPDU(0x80, 0xCA, 0, 0, expectedLength: 257),
        ] {
            #expect {
                try TransmissionProtocol.t0.bytes(of: command)
            } throws: {
                ($0 as? CardUnreachable)?.mayHaveBeenExecuted == false
            }
        }
    }
}

@Suite("A response that comes in parts")
struct ResponseCollectionTests {
    /// A card that answers from a list and writes down what it was asked.
    private final class Card {
        var answers: [String]
        var commands: [String] = []

        init(_ answers: [String]) { self.answers = answers }

        func exchange(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
            commands.append(command.bytes.hex)
            guard !answers.isEmpty else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "gone") }
            do { return try ResponseAPDU(hex: answers.removeFirst()) } catch {
                throw CardUnreachable(mayHaveBeenExecuted: false, reason: "\(error)")
            }
        }
    }

    private func collect(_ card: Card, _ command: String) throws -> String {
        try ResponseCollection.collect(CommandAPDU(hex: command)) { command throws(CardUnreachable) in
            try card.exchange(command)
        }.bytes.hex
    }

    @Test("is fetched with GET RESPONSE of the interindustry class on the same logical channel")
    func announced() throws {
        let card = Card(["6103", "AABB6101", "CC9000"])
        #expect(try collect(card, "8250000001FF") == "AABBCC9000")
        #expect(card.commands == ["8250000001FF", "02C0000003", "02C0000001"])
    }

    @Test("is asked for again with the length the card names")
    func wrongLength() throws {
        let card = Card(["6C02", "AABB9000"])
        #expect(try collect(card, "80CA006600") == "AABB9000")
        #expect(card.commands == ["80CA006600", "80CA006602"])
        let fetched = Card(["6105", "6C02", "AABB9000"])
        #expect(try collect(fetched, "805000000101") == "AABB9000")
    }

    @Test("is not asked for again with the same length for ever")
    func sameLength() throws {
        let card = Card(["6C02", "6C02"])
        #expect(try collect(card, "80CA006600") == "6C02")
        #expect(card.commands.count == 2)
    }

    @Test("that breaks off belongs to a command that was executed")
    func torn() {
        let card = Card(["6103"])
        #expect(throws: CardUnreachable(mayHaveBeenExecuted: true, reason: "gone")) {
            try collect(card, "805000000101")
        }
    }

    @Test("has an end")
    func endless() {
        let card = Card(["6100"] + Array(repeating: String(repeating: "AA", count: 256) + "6100", count: 300))
        #expect {
            try collect(card, "805000000101")
        } throws: {
            ($0 as? CardUnreachable)?.mayHaveBeenExecuted == true
        }
        #expect(card.commands.count == 257)
    }
}
