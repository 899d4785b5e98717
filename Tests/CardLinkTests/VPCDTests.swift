import ISO7816
import Synchronization
import Testing

@testable import CardLink

@Suite("vpcd framing")
struct VPCDFramingTests {
    @Test("a body is cut out of the stream wherever the bytes are split")
    func splitAnywhere() {
        let frames = VPCDMessage.getATR.frame + VPCDMessage.body([0, 0xA4, 4, 0]).frame + VPCDMessage.reset.frame
        for split in 0...frames.count {
            var parser = VPCDFrameParser()
            var bodies: [[UInt8]] = []
            for part in [frames[..<split], frames[split...]] {
                parser.append(part)
                while let body = parser.next() { bodies.append(body) }
            }
            #expect(bodies == [[0x04], [0, 0xA4, 4, 0], [0x02]])
        }
    }

    @Test("lengths are big-endian, and one byte short of a body is no body")
    func lengths() {
        var parser = VPCDFrameParser()
        parser.append([0x01, 0x02] + [UInt8](repeating: 7, count: 0x101))
        #expect(parser.next() == nil)
        parser.append([7])
        #expect(parser.next()?.count == 0x102)
        #expect(parser.next() == nil)
        #expect(VPCDMessage.frame([UInt8](repeating: 0, count: 65_535)).prefix(2) == [0xFF, 0xFF])
    }

    @Test("one-byte bodies are controls; longer ones and empty ones are not")
    func messages() {
        #expect(
            [[0], [1], [2], [4], [3]].map { VPCDMessage($0) } == [
                .powerOff, .powerOn, .reset, .getATR, .unknownControl(3),
            ])
        #expect(VPCDMessage([0, 1]) == .body([0, 1]))
        #expect(VPCDMessage([]) == .body([]))
    }

    @Test("the answers to reset name one protocol each and check out")
    func answersToReset() {
        #expect(AnswerToReset(.t0).bytes.hex == "3B0953454E45534348414C")
        let t1 = AnswerToReset(.t1).bytes
        #expect(t1.hex.hasPrefix("3B890153454E45534348414C"))
        #expect(t1.dropFirst().reduce(0, ^) == 0)
    }
}

@Suite("A card behind vpcd")
struct VPCDCardTests {
    struct Rig: ~Copyable {
        let reader: VPCDReader
        let served: VPCDCard.Served
        deinit { served.stop() }
    }

    /// A served card and a reader on its first slot.
    func rig(_ profile: AnswerToReset.Profile = .t1, trace: CardTrace? = nil) throws -> Rig {
        let served = try VPCDCard(InProcessCard(CounterCard()), profile: profile, trace: trace).listen(port: 0)
        return Rig(reader: try VPCDReader(port: served.port), served: served)
    }

    @Test("reverse mode: the reader connects, reads the ATR and exchanges commands")
    func reverseMode() async throws {
        let rig = try rig()
        #expect(try await rig.reader.answerToReset() == AnswerToReset(.t1).bytes)
        #expect(try await rig.reader.transmit(CounterCard.countUp) == ResponseAPDU(.success, data: [1]))
        #expect(try await rig.reader.transmit(CommandAPDU(0, 0x77, 0, 0)) == ResponseAPDU(0x6D00))
    }

    @Test("connect mode: the card connects to the reader, and serving ends when the reader goes")
    func connectMode() async throws {
        let listener = try VPCDReader.Listener(port: 0)
        let served = try VPCDCard(InProcessCard(CounterCard())).connect(port: listener.port)
        do {
            let reader = try listener.accept()
            #expect(try await reader.transmit(CounterCard.countUp).data == [1])
        }
        await served.stopped()
    }

    @Test("connecting where nobody listens says so")
    func nobodyListens() throws {
        let port: UInt16
        do {
            let listener = try VPCDReader.Listener(port: 0)
            port = listener.port
        }
        #expect(throws: SocketError.self) { try VPCDCard(InProcessCard(CounterCard())).connect(port: port) }
    }

    @Test("power on and reset clear volatile memory; power off is silent")
    func controls() async throws {
        let rig = try rig()
        for restart in [VPCDMessage.reset, .powerOn] {
            _ = try await rig.reader.transmit(CounterCard.setVolatile(7))
            #expect(try await rig.reader.transmit(CounterCard.readVolatile).data == [7])
            try await rig.reader.send(VPCDMessage.powerOff.frame)
            try await rig.reader.send(restart.frame)
            #expect(try await rig.reader.transmit(CounterCard.readVolatile).data == [0])
        }
    }

    @Test("an unknown control byte is ignored")
    func unknownControl() async throws {
        let rig = try rig()
        try await rig.reader.send(VPCDMessage.unknownControl(0x03).frame)
        #expect(try await rig.reader.transmit(CounterCard.readCount).data == [0])
    }

    @Test("messages that arrive byte by byte, and two in one segment, are each answered once")
    func segmentation() async throws {
        let rig = try rig()
        for byte in VPCDMessage.body(CounterCard.countUp.bytes).frame { try await rig.reader.send([byte]) }
        #expect(try await rig.reader.receive() == [1, 0x90, 0x00])
        let twice = VPCDMessage.body(CounterCard.countUp.bytes).frame
        try await rig.reader.send(twice + VPCDMessage.getATR.frame + twice)
        #expect(try await rig.reader.receive() == [2, 0x90, 0x00])
        #expect(try await rig.reader.receive() == AnswerToReset(.t1).bytes)
        #expect(try await rig.reader.receive() == [3, 0x90, 0x00])
    }

    @Test(
        "a body that is no command is answered 6700", arguments: [[0x00, 0xA4], [0x00, 0xA4, 0x04, 0x00, 0x02, 0x01]])
    func malformed(_ body: [UInt8]) async throws {
        let rig = try rig()
        try await rig.reader.send(VPCDMessage.body(body).frame)
        #expect(try await rig.reader.receive() == [0x67, 0x00])
    }

    @Test("an empty body closes the connection; the next one is served")
    func emptyBody() async throws {
        let rig = try rig()
        try await rig.reader.send([0, 0])
        await #expect(throws: CardUnreachable.self) { try await rig.reader.receive() }
        let second = try VPCDReader(port: rig.served.port)
        #expect(try await second.transmit(CounterCard.readCount).data == [0])
    }

    @Test("extended commands and the longest response that fits are carried")
    func longMessages() async throws {
        let rig = try rig()
        let data = [UInt8](repeating: 0x5A, count: 60_000)
        let echo = CommandAPDU(0x80, 0x06, 0, 0, data: data, expectedLength: 65_536)
        #expect(try await rig.reader.transmit(echo).data == data)
        #expect(try await rig.reader.transmit(CounterCard.answer(65_533, expectedLength: 65_536)).data.count == 65_533)
        #expect(
            try await rig.reader.transmit(CounterCard.answer(65_534, expectedLength: 65_536)) == ResponseAPDU(0x6F00))
    }

    @Test("the second slot stays connected with an ATR that no reader accepts, and answers nothing else")
    func secondSlot() async throws {
        let rig = try rig()
        let second = try VPCDReader(port: rig.served.port + 1)
        #expect(try await second.answerToReset().count == 34)
        try await second.send(VPCDMessage.body(CounterCard.countUp.bytes).frame)
        #expect(try await second.answerToReset().count == 34)
        #expect(try await rig.reader.transmit(CounterCard.readCount).data == [0])
    }

    @Test("a card that cannot be reached answers 6F00 and comes back with a reset")
    func unreachableCard() async throws {
        let card = InProcessCard(CounterCard())
        let served = try VPCDCard(card).listen(port: 0)
        defer { served.stop() }
        let reader = try VPCDReader(port: served.port)
        await card.cutPower(PowerCut(.afterCommit))
        #expect(try await reader.transmit(CounterCard.countUp) == ResponseAPDU(0x6F00))
        try await reader.reset()
        #expect(try await reader.transmit(CounterCard.readCount).data == [1])
    }

    @Test("stopping ends every thread, also with a reader connected")
    func stopping() async throws {
        let rig = try rig()
        _ = try await rig.reader.answerToReset()
        rig.served.stop()
        await rig.served.stopped()
        await #expect(throws: CardUnreachable.self) { try await rig.reader.answerToReset() }
    }

    @Test("a port in use is refused")
    func portInUse() throws {
        let rig = try rig()
        #expect(throws: SocketError.self) { try VPCDCard(InProcessCard(CounterCard())).listen(port: rig.served.port) }
        #expect(throws: SocketError.self) { try VPCDCard(InProcessCard(CounterCard())).listen(port: 65_535) }
    }

    // MARK: T=0

    @Test("under T=0 a response to a command without Le is announced and fetched, with either class")
    func t0Announcement() async throws {
        let rig = try rig(.t0)
        #expect(try await rig.reader.answerToReset() == AnswerToReset(.t0).bytes)
        let echo = CommandAPDU(0x80, 0x06, 0, 0, data: [1, 2, 3])
        for classByte in [ClassByte(0x00), 0x80] {
            #expect(try await rig.reader.transmit(echo) == ResponseAPDU(0x6103))
            let getResponse = CommandAPDU(classByte, 0xC0, 0, 0, expectedLength: 3)
            #expect(try await rig.reader.transmit(getResponse) == ResponseAPDU(.success, data: [1, 2, 3]))
            #expect(try await rig.reader.transmit(getResponse).statusWord == 0x6D00)
        }
        #expect(try await rig.reader.transmitCollecting(echo) == ResponseAPDU(.success, data: [1, 2, 3]))
    }

    @Test("under T=0 a response of several blocks is fetched block by block", arguments: [255, 256, 257, 600])
    func t0Blocks(_ count: Int) async throws {
        let rig = try rig(.t0)
        let response = try await rig.reader.transmitCollecting(CounterCard.answer(count, expectedLength: nil))
        #expect(response.statusWord == .success)
        #expect(response.data == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test("under T=0 a GET RESPONSE for more than waits is told the right length, and another command drops the data")
    func t0WrongLength() async throws {
        let rig = try rig(.t0)
        let echo = CommandAPDU(0x80, 0x06, 0, 0, data: [1, 2, 3])
        _ = try await rig.reader.transmit(echo)
        #expect(
            try await rig.reader.transmit(CommandAPDU(0, 0xC0, 0, 0, expectedLength: 4)) == ResponseAPDU(0x6C03))
        _ = try await rig.reader.transmit(CounterCard.readCount)
        #expect(
            try await rig.reader.transmit(CommandAPDU(0, 0xC0, 0, 0, expectedLength: 3)).statusWord == 0x6D00)
    }

    @Test("under T=0 a command without data that names a shorter length is told the right one, and is executed once")
    func t0Repetition() async throws {
        let rig = try rig(.t0)
        var command = CounterCard.answer(200, expectedLength: 100)
        #expect(try await rig.reader.transmit(command) == ResponseAPDU(0x6CC8))
        command.expectedLength = 200
        let response = try await rig.reader.transmit(command)
        #expect(response.statusWord == .success && response.data.count == 200)
        // What is counted shows how often a command was executed: a length of 256 takes what there is.
        #expect(try await rig.reader.transmit(CounterCard.countUp).data == [1])
        command = CounterCard.answer(200, expectedLength: 100)
        #expect(try await rig.reader.transmit(command) == ResponseAPDU(0x6CC8))
        #expect(try await rig.reader.transmit(CounterCard.countUp).data == [2], "another command drops what was kept")
        #expect(try await rig.reader.transmit(command) == ResponseAPDU(0x6CC8))
        command.p2 = 150
        command.expectedLength = 200
        #expect(try await rig.reader.transmit(command).data.count == 150, "the header belongs to it")
    }

    @Test("under T=0 a repeated command that counts has counted once")
    func t0CountedOnce() {
        var buffer = T0ResponseBuffer()
        var card = CounterCard()
        var command = CommandAPDU(0x80, 0x05, 0, 3, expectedLength: 2)
        #expect(buffer.answer(to: command) == nil)
        #expect(buffer.take(card.process(command), to: command) == ResponseAPDU(0x6C03))
        command.expectedLength = 3
        #expect(buffer.answer(to: command) == ResponseAPDU(.success, data: [0, 1, 2]))
        #expect(buffer.answer(to: command) == nil, "the next one is for the card again")
    }

    @Test("under T=0 GET RESPONSE is for the logical channel of the command, in both classes of it")
    func t0Channels() async throws {
        let rig = try rig(.t0)
        for (command, same, other) in [(0x81, [0x01, 0x81], 0x00), (0xC2, [0x42, 0xC2], 0x80)]
            as [(UInt8, [UInt8], UInt8)]
        {
            let echo = CommandAPDU(ClassByte(command), 0x06, 0, 0, data: [1, 2, 3])
            for classByte in same {
                #expect(try await rig.reader.transmit(echo) == ResponseAPDU(0x6103))
                let fetch = CommandAPDU(ClassByte(classByte), 0xC0, 0, 0, expectedLength: 3)
                #expect(try await rig.reader.transmit(fetch) == ResponseAPDU(.success, data: [1, 2, 3]))
            }
            #expect(try await rig.reader.transmit(echo) == ResponseAPDU(0x6103))
            let stray = CommandAPDU(ClassByte(other), 0xC0, 0, 0, expectedLength: 3)
            #expect(try await rig.reader.transmit(stray).statusWord == 0x6D00)
        }
    }

    @Test("under T=0 extended lengths are refused with 6700 and reach no card; under T=1 they are carried")
    func t0ExtendedLengths() async throws {
        let rig = try rig(.t0)
        let extended = CommandAPDU(0x80, 0x01, 0, 0, expectedLength: 65_536)
        #expect(try await rig.reader.transmit(extended) == ResponseAPDU(.wrongLength))
        let long = CommandAPDU(0x80, 0x06, 0, 0, data: [UInt8](repeating: 0, count: 300))
        #expect(try await rig.reader.transmit(long) == ResponseAPDU(.wrongLength))
        #expect(try await rig.reader.transmit(CounterCard.readCount).data == [0])
        let other = try self.rig(.t1)
        #expect(try await other.reader.transmit(extended).data == [1])
    }

    @Test("under T=0 a warning is told after its data, and a response that fits comes at once")
    func t0StatusWords() {
        var buffer = T0ResponseBuffer()
        let command = CommandAPDU(0x84, 0xF2, 0x40, 0x02, data: [0x4F, 0x00])
        let warning = ResponseAPDU(.moreDataAvailable, data: [1, 2, 3])
        #expect(buffer.take(warning, to: command) == ResponseAPDU(0x6103))
        #expect(
            buffer.answer(to: CommandAPDU(0x80, 0xC0, 0, 0, expectedLength: 2)) == ResponseAPDU(0x6101, data: [1, 2]))
        #expect(
            buffer.answer(to: CommandAPDU(0x00, 0xC0, 0, 0, expectedLength: 256))
                == ResponseAPDU(.moreDataAvailable, data: [3]))
        #expect(buffer.take(ResponseAPDU(0x6A88), to: command) == ResponseAPDU(0x6A88))
        var whole = command
        whole.expectedLength = 256
        #expect(buffer.take(warning, to: whole) == warning)
    }

    // MARK: Trace

    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test("a trace shows exchanges and masks PUT KEY, STORE DATA, VERIFY and READ RECORD unless told otherwise")
    func trace() {
        let put = CommandAPDU(0x84, 0xD8, 0x01, 0x81, data: [0xAA, 0xBB], expectedLength: 256)
        let store = CommandAPDU(0x80, 0xE2, 0x80, 0x00, data: [0xCC])
        let verify = CommandAPDU(0x00, 0x20, 0x00, 0x80, data: [0x12, 0x34])
        let read = CommandAPDU(0x00, 0xB2, 0x01, 0x0C, expectedLength: 256)
        let select = CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: [0xA0, 0x00], expectedLength: 256)
        for showsSecrets in [false, true] {
            let lines = Lines()
            let trace = CardTrace(showsSecrets: showsSecrets) { lines.append($0) }
            trace.record(put, ResponseAPDU(.success, data: [0x01]))
            trace.record(store, ResponseAPDU(.success))
            trace.record(verify, ResponseAPDU(0x63C2))
            trace.record(read, ResponseAPDU(.success, data: [0x5A, 0x01, 0x47]))
            trace.record(select, ResponseAPDU(.success, data: [0x6F, 0x00]))
            let masked = [
                "> 84D80181 ‹2 bytes› Le 256", "< 01 9000", "> 80E28000 ‹1 bytes›", "< 9000",
                "> 00200080 ‹2 bytes›", "< 63C2", "> 00B2010C Le 256", "< ‹3 bytes› 9000",
                "> 00A40400 A000 Le 256", "< 6F00 9000",
            ]
            let open = [
                "> 84D80181 AABB Le 256", "< 01 9000", "> 80E28000 CC", "< 9000", "> 00200080 1234", "< 63C2",
                "> 00B2010C Le 256", "< 5A0147 9000", "> 00A40400 A000 Le 256", "< 6F00 9000",
            ]
            #expect(lines.all == (showsSecrets ? open : masked))
        }
    }

    @Test("a served card writes its trace")
    func servedTrace() async throws {
        let lines = Lines()
        let rig = try rig(trace: CardTrace { lines.append($0) })
        try await rig.reader.reset()
        _ = try await rig.reader.transmit(CounterCard.readCount)
        #expect(lines.all == ["reset", "> 80020000 Le 256", "< 00 9000"])
    }
}
