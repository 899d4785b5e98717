import ISO7816
import Testing

@testable import MobileDevice

/// ISO-DEP: ISO/IEC 14443-4 §7.5, rule by rule from the card's side, and both sides against each other over a bad link.
@Suite struct BlockTransmissionTests {
    // MARK: The card's side

    private var target = ISODEPTarget(AnswerToSelect(frameSizeCode: 0), readerFrameSize: 16, cardIdentifier: 0)
    private static let select: [UInt8] = [0x00, 0xA4, 0x04, 0x00]

    @Test("blocks are numbered in turn, and the answer carries the number of the command (rules C and D)")
    mutating func numbers() {
        for number: UInt8 in [0, 1, 0, 1] {
            #expect(target.received([0x02 | number] + Self.select) == .execute(Self.select))
            #expect(target.responded([0x90, 0x00]) == .send([0x02 | number, 0x90, 0x00]))
        }
    }

    @Test("a chained command is acknowledged part by part and handed over whole (rule 2)")
    mutating func chainedCommand() {
        #expect(target.received([0x12, 1, 2, 3]) == .send([0xA2]))
        #expect(target.received([0x13, 4, 5]) == .send([0xA3]))
        #expect(target.received([0x02, 6]) == .execute([1, 2, 3, 4, 5, 6]))
    }

    @Test("a response longer than the reader's frames goes out in parts, each after R(ACK) (rule 13)")
    mutating func chainedResponse() {
        let response = (0..<30).map { UInt8($0) }
        #expect(target.received([0x02] + Self.select) == .execute(Self.select))
        #expect(target.responded(response) == .send([0x12] + response[..<13]))
        #expect(target.received([0xA3]) == .send([0x13] + response[13..<26]))
        #expect(target.received([0xA2]) == .send([0x02] + response[26...]))
        #expect(target.received([0xA3]) == .ignore)
    }

    @Test("R(NAK) and R(ACK) with the card's number repeat the last block (rule 11)")
    mutating func repetition() {
        #expect(target.received([0x02] + Self.select) == .execute(Self.select))
        #expect(target.responded([0x90, 0x00]) == .send([0x02, 0x90, 0x00]))
        #expect(target.received([0xB2]) == .send([0x02, 0x90, 0x00]))
        #expect(target.received([0xA2]) == .send([0x02, 0x90, 0x00]))
    }

    @Test("R(NAK) with another number is answered with R(ACK): the reader sends its block again (rule 12)")
    mutating func lostCommand() {
        #expect(target.received([0xB2]) == .send([0xA3]))
        #expect(target.received([0x02] + Self.select) == .execute(Self.select))
    }

    @Test("S(WTX) asks for time, is repeated when it is lost, and the response waits for the reader's answer")
    mutating func waitingTime() {
        #expect(target.received([0x02] + Self.select) == .execute(Self.select))
        #expect(target.needsTime() == .send([0xF2, 0x05]))
        #expect(target.needsTime() == .ignore)
        #expect(target.received([0xB2]) == .send([0xF2, 0x05]))
        #expect(target.responded([0x90, 0x00]) == .ignore)
        #expect(target.received([0xF2, 0x05]) == .send([0x02, 0x90, 0x00]))
        #expect(target.received([0xF2, 0x05]) == .ignore)
    }

    @Test("a command that comes while the card executes another one is not executed")
    mutating func noSecondCommand() {
        #expect(target.received([0x02] + Self.select) == .execute(Self.select))
        #expect(target.received([0x03] + Self.select) == .ignore)
        #expect(target.received([0xB2]) == .ignore)
        #expect(target.responded([0x90, 0x00]) == .send([0x02, 0x90, 0x00]))
    }

    @Test(
        "what is no block, or not for this card, gets no answer",
        arguments: [
            "", "00", "01", "06", "A0", "E2", "C2 00", "F2", "F2 00", "F2 3C", "A2 01", "0A 01 00", "06 00 00", "0A",
            "0A 31", "22 00", "42 00", "82 00", "FF",
        ])
    mutating func noBlock(frame: String) throws {
        #expect(target.received(try [UInt8](hex: frame, allowingSpaces: true)) == .ignore)
    }

    @Test("a frame longer than the answer to select allows is not looked at; one of the full size is")
    mutating func frameSize() {
        #expect(target.received([0x12] + [UInt8](repeating: 0, count: 14)) == .ignore)
        #expect(target.received([0x12] + [UInt8](repeating: 0, count: 13)) == .send([0xA2]))
    }

    @Test("a card with a number answers blocks with that CID, with the CID, and no others (§7.1.2.2)")
    func cardIdentifier() {
        var target = ISODEPTarget(AnswerToSelect(), readerFrameSize: 256, cardIdentifier: 5)
        #expect(target.received([0x02] + Self.select) == .ignore)
        #expect(target.received([0x0A, 0x04] + Self.select) == .ignore)
        #expect(target.received([0x0A, 0x05] + Self.select) == .execute(Self.select))
        #expect(target.responded([0x90, 0x00]) == .send([0x0A, 0x05, 0x90, 0x00]))
        #expect(target.received([0xCA, 0x05]) == .deselected([0xCA, 0x05]))
    }

    @Test("a chained command is given up when it is longer than any command can be")
    mutating func endlessCommand() {
        var target = ISODEPTarget(AnswerToSelect(), readerFrameSize: 256, cardIdentifier: 0)
        var number: UInt8 = 0
        let part = [UInt8](repeating: 0, count: 253)
        for _ in 0..<(ISODEPTarget.commandLengthMax / 253) {
            #expect(target.received([0x12 | number] + part) == .send([0xA2 | number]))
            number ^= 1
        }
        #expect(target.received([0x12 | number] + part) == .ignore)
    }

    // MARK: Both sides

    /// Lc 40, so that four frames of 16 bytes are needed each way.
    private static let long: [UInt8] = [0x00, 0xB0, 0x00, 0x00, 40] + (0..<40).map { UInt8($0) }

    @Test("whichever one frame is lost, the command is executed once and the response arrives whole")
    func anyFrameLost() throws {
        let whole = Simulation(losing: [])
        #expect(try whole.run(Self.long) == Simulation.response)
        #expect(whole.frames > 10)
        for lost in 0..<whole.frames {
            let simulation = Simulation(losing: [lost])
            #expect(try simulation.run(Self.long) == Simulation.response, "frame \(lost)")
            #expect(simulation.executions == 1, "frame \(lost)")
        }
    }

    @Test("whichever two frames are lost, also of a card that asks for time, the command is executed once")
    func anyTwoFramesLost() throws {
        let whole = Simulation(losing: [], extensions: 2)
        #expect(try whole.run(Self.long) == Simulation.response)
        for first in 0..<whole.frames {
            for second in first + 1..<whole.frames + 2 {
                let simulation = Simulation(losing: [first, second], extensions: 2)
                #expect(try simulation.run(Self.long) == Simulation.response, "frames \(first) and \(second)")
                #expect(simulation.executions == 1, "frames \(first) and \(second)")
            }
        }
    }

    @Test("a reader gives up after five attempts and knows whether the command may have been executed")
    func lostCard() {
        var initiator = ISODEPInitiator(AnswerToSelect(frameSizeCode: 0))
        guard case .send = initiator.begin(Self.long) else { return #expect(Bool(false)) }
        for _ in 0..<ISODEPInitiator.retriesMax {
            guard case .send([0xB2], _) = initiator.timedOut() else { return #expect(Bool(false)) }
        }
        #expect(initiator.timedOut() == .failed(.timeout))
        #expect(!initiator.hasSentWholeCommand)
    }

    @Test("a card that breaks the protocol is given up", arguments: ["03 90 00", "A2", "C2", "13 00"])
    func brokenProtocol(frame: String) throws {
        var initiator = ISODEPInitiator(AnswerToSelect())
        _ = initiator.begin(Self.select)
        #expect(initiator.received(try [UInt8](hex: frame, allowingSpaces: true)) == .failed(.protocolViolation))
        #expect(initiator.hasSentWholeCommand)
    }

    @Test("an answer to select says how long frames are, with the standard's defaults for what is absent")
    func answerToSelect() {
        #expect(AnswerToSelect([0x01])?.frameSize == 32)
        #expect(AnswerToSelect([0x05, 0x78, 0x80, 0x70, 0x02])?.frameSize == 256)
        #expect(AnswerToSelect([0x02, 0x05])?.frameSize == 64)
        #expect(AnswerToSelect([0x03, 0x20, 0xF0])?.waitingTimeCode == 4)
        for malformed: [UInt8] in [[], [0x02], [0x05, 0x78, 0x80, 0x70], [0x03, 0x78, 0x80], [0x02, 0x85]] {
            #expect(AnswerToSelect(malformed) == nil)
        }
        let answer = AnswerToSelect(frameSizeCode: 5, waitingTimeCode: 7, historicalBytes: [1, 2])
        #expect(AnswerToSelect(answer.bytes) == answer)
    }
}

/// A reader and a card with frames of 16 bytes, and a link that loses the frames with these numbers.
private final class Simulation {
    static let response = (0..<40).map { UInt8(100 + $0) } + [0x90, 0x00]

    private let lost: Set<Int>
    private let extensions: Int
    private(set) var frames = 0
    private(set) var executions = 0

    init(losing lost: Set<Int>, extensions: Int = 0) {
        self.lost = lost
        self.extensions = extensions
    }

    private func arrives() -> Bool {
        defer { frames += 1 }
        return !lost.contains(frames)
    }

    func run(_ command: [UInt8]) throws -> [UInt8] {
        let answer = AnswerToSelect(frameSizeCode: 0)
        var target = ISODEPTarget(answer, readerFrameSize: 16, cardIdentifier: 0)
        var initiator = ISODEPInitiator(answer)
        var extensionsLeft = extensions
        var isExecuting = false
        var step = initiator.begin(command)
        while true {
            switch step {
            case .response(let bytes): return bytes
            case .failed(let failure): throw failure
            case .send(let frame, _):
                var action = arrives() ? target.received(frame) : .ignore
                if case .execute(let received) = action {
                    #expect(received == command)
                    executions += 1
                    isExecuting = true
                    action = .ignore
                }
                if isExecuting, action == .ignore {
                    if extensionsLeft > 0 {
                        action = target.needsTime()
                        if action != .ignore { extensionsLeft -= 1 }
                    } else {
                        action = target.responded(Self.response)
                        isExecuting = action == .ignore
                    }
                }
                if case .send(let reply) = action, arrives() {
                    step = initiator.received(reply)
                } else {
                    step = initiator.timedOut()
                }
            }
        }
    }
}
