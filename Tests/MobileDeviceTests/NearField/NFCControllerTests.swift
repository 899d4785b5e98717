import CardCryptography
import Foundation
import ISO7816
import Synchronization
import Testing

@testable import MobileDevice

/// Activation: ISO/IEC 14443-3 §6 and 14443-4 §5.
@Suite struct NFCControllerTests {
    private var controller = NFCController(identifier: .double([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]))

    /// What a card sends back to each frame of a reader; `-` is silence.
    private mutating func transcript(_ lines: String) throws {
        for line in lines.split(separator: "\n") {
            let parts = line.split(separator: "→").map { $0.trimmingCharacters(in: .whitespaces) }
            let expected: [NFCController.Action] =
                parts[1] == "-" ? [] : [.send(try [UInt8](hex: parts[1], allowingSpaces: true))]
            let actions = controller.received(try [UInt8](hex: parts[0], allowingSpaces: true))
            #expect(actions == expected, "\(line)")
        }
    }

    @Test("a card with a UID of double size is found at two cascade levels and answers RATS (ISO 14443-3 §6.5)")
    mutating func doubleSize() throws {
        try transcript(
            """
            26 → 4403
            9320 → 8804A1B29F
            93708804A1B29F → 24
            9520 → C3D4E5F604
            9570C3D4E5F604 → 20
            E080 → 0578809002
            """)
    }

    @Test("a UID of single size is random, begins with 08 and is another one in the next field")
    func randomIdentifier() throws {
        var controller = NFCController(random: CountingRandom())
        #expect(controller.received([0x26]) == [.send([0x04, 0x03])])
        let first = controller.identifier
        #expect(first.bytes.count == 4 && first.bytes[0] == 0x08)
        #expect(controller.received([0x93, 0x20]) == [.send(NFCIdentifier.checked(first.bytes))])
        #expect(controller.received([0x93, 0x70] + NFCIdentifier.checked(first.bytes)) == [.send([0x20])])
        #expect(controller.fieldLost() == [])
        #expect(controller.identifier != first)
    }

    @Test("anticollision with part of the UID is answered with the rest, and with another's part not at all")
    mutating func partialAnticollision() throws {
        try transcript(
            """
            26 → 4403
            93408804 → A1B29F
            936088 04A1B2 → 9F
            93408805 → -
            9320 → -
            26 → 4403
            9320 → 8804A1B29F
            """)
    }

    @Test(
        "a frame that does not fit before the answer to select sends the card back, without an answer",
        arguments: [
            ("9320", "a command of anticollision before the request"),
            ("52 93708804A1B29E", "another's UID"),
            ("52 9320 9520", "the second level before the first"),
            ("52 9325", "single bits, which this air does not carry"),
            ("52 9370", "SELECT without a UID"),
            ("52 93 ", "half a command"),
            ("52 02 00A4040000", "a block before the answer to select"),
        ])
    mutating func misplaced(frames: String, reason: String) throws {
        let all = frames.split(separator: " ")
        for frame in all.dropLast() { _ = controller.received(try [UInt8](hex: frame)) }
        #expect(controller.received(try [UInt8](hex: all[all.count - 1])) == [], "\(reason)")
        #expect(controller.received([0x26]) == [.send([0x44, 0x03])])
    }

    @Test("a card that was deselected or halted is woken by WUPA and not by REQA")
    mutating func halted() throws {
        try activate()
        #expect(controller.received([0xC2]) == [.send([0xC2]), .reset])
        #expect(controller.received([0x26]) == [])
        try transcript(
            """
            52 → 4403
            9320 → 8804A1B29F
            93708804A1B29F → 24
            9520 → C3D4E5F604
            9570C3D4E5F604 → 20
            5000 → -
            26 → -
            52 → 4403
            9999 → -
            26 → -
            52 → 4403
            """)
    }

    @Test("PPS to 106 kbit/s is accepted right after the answer to select, and never later")
    mutating func protocolParameters() throws {
        try activate()
        try transcript(
            """
            D01100 → D0
            D01100 → -
            """)
    }

    @Test("PPS to another bit rate, which the answer to select does not offer, gets no answer")
    mutating func otherBitRate() throws {
        try activate()
        try transcript("D01105 → -")
    }

    @Test("RATS with a reserved CID gets no answer")
    mutating func reservedIdentifier() throws {
        try activate(rats: nil)
        try transcript("E08F → -")
    }

    @Test("a lost field ends the session, resets the contactless interface and leaves an answer unheard")
    mutating func lostField() throws {
        try activate()
        guard case .execute(let command, let exchange) = try #require(controller.received([0x02, 0, 0xA4, 4, 0]).first)
        else { return #expect(Bool(false), "the command was not handed over") }
        #expect(command == CommandAPDU(0x00, 0xA4, 0x04, 0x00))
        #expect(controller.fieldLost() == [.reset])
        #expect(controller.responded(ResponseAPDU(.success), to: exchange) == [])
        #expect(controller.needsTime(for: exchange) == [])
        #expect(controller.fieldLost() == [])
        #expect(controller.received([0x26]) == [.send([0x44, 0x03])])
    }

    @Test("the frames that nfcpy's Type 4 Tag reader sent to another card are all understood")
    mutating func nfcpyFrames() throws {
        // Vectors: the first frames of t4t_reader_frames, nfcpy 1.0.4 against an emulator; B2 followed a lost answer.
        try activate()
        let selected = ResponseAPDU(.success)
        #expect(execute("0200A4040007D276000085010100", selected) == [.send([0x02, 0x90, 0x00])])
        #expect(execute("0300A4000C02E103", selected) == [.send([0x03, 0x90, 0x00])])
        #expect(execute("0200B0000002", ResponseAPDU(.success, data: [0, 15])) == [.send([0x02, 0, 15, 0x90, 0x00])])
        #expect(controller.received([0xB2]) == [.send([0x02, 0, 15, 0x90, 0x00])])
        #expect(execute("0300B0000002", selected) == [.send([0x03, 0x90, 0x00])])
    }

    private mutating func execute(_ frame: String, _ response: ResponseAPDU) -> [NFCController.Action] {
        guard let bytes = try? [UInt8](hex: frame), case .execute(_, let exchange)? = controller.received(bytes).first
        else { return [] }
        return controller.responded(response, to: exchange)
    }

    private mutating func activate(rats: String? = "E080") throws {
        let frames = ["52", "9320", "93708804A1B29F", "9520", "9570C3D4E5F604"] + (rats.map { [$0] } ?? [])
        for frame in frames { #expect(controller.received(try [UInt8](hex: frame)).count == 1) }
    }
}

/// Bytes that count up, so that no two draws are alike.
final class CountingRandom: RandomSource, Sendable {
    private let next = Mutex<UInt8>(0)

    func bytes(_ count: Int) -> [UInt8] {
        next.withLock { next in
            (0..<count).map { _ in
                next &+= 1
                return next
            }
        }
    }
}
