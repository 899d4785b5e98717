import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

/// Host against card: implementation × level, each over data lengths and APDU cases.
@Suite("Both ends of SCP02")
struct SCP02MatrixTests {
    struct Point: Sendable, CustomTestStringConvertible {
        let level: SCP02SecurityLevel
        let implementation: SCP02Implementation
        var testDescription: String { "\(implementation), \(level)" }
    }

    static let points = SCP02Situation.implementations.flatMap { implementation in
        SCP02SecurityLevel.allCases.filter { implementation.supports($0) }
            .filter { implementation.isExplicit || $0 == .commandMAC }
            .map { Point(level: $0, implementation: implementation) }
    }

    static let lengths = [0, 1, 7, 8, 9, 15, 16, 17] + Array(230...256)

    @Test("Table E-1 allows 64 implementations, and explicit initiation goes with an ICV of zeros")
    func implementations() throws {
        #expect(SCP02Situation.implementations.count == 64)
        for value: UInt8 in [0x04, 0x05, 0x14, 0x15, 0x0A, 0x0B, 0x1A, 0x1B, 0x45, 0x55, 0x35, 0x75] {
            #expect(SCP02Implementation(rawValue: value) != nil)
        }
        for value: UInt8 in [0x00, 0x01, 0x0C, 0x0D, 0x80, 0x95] {
            #expect(SCP02Implementation(rawValue: value) == nil)
        }
        let i1A = try #require(SCP02Implementation(rawValue: 0x1A))
        #expect(!i1A.isExplicit && !i1A.hasThreeKeys && i1A.coversUnmodifiedCommand && i1A.encryptsInitialValue)
        #expect(!i1A.isPseudoRandom && !i1A.supportsResponseMAC && i1A.description == "SCP02 i=1a")
        #expect(SCP02Implementation.i55.isPseudoRandom && SCP02Implementation.i55.isExplicit)
    }

    @Test("every command and every response arrives as it was sent", arguments: points)
    func roundTrips(point: Point) throws {
        let random = SeededRandomSource(seed: 42)
        var pair = try SCP02Pair(try SCP02Situation(point.implementation), level: point.level)
        for apduCase in [APDUCase.case1, .case2, .case3, .case4] {
            for length in Self.lengths where length <= point.level.commandDataLengthMax {
                guard let command = MatrixTests.command(apduCase, length: length, random: random) else { continue }
                for answerLength in [0, length] where answerLength <= point.level.responseDataLengthMax {
                    let response = ResponseAPDU(.success, data: random.bytes(answerLength))
                    let seen = try pair.exchange(command, answering: response)
                    #expect(seen.command == command)
                    #expect(seen.response == response)
                }
            }
        }
    }

    @Test("what is longer than a short command carries is refused, one byte less is not", arguments: points)
    func limits(point: Point) throws {
        var pair = try SCP02Pair(try SCP02Situation(point.implementation), level: point.level)
        let max = pair.host.commandDataLengthMax
        let longest = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 7, count: max))
        let wrapped = try pair.host.wrap(longest)
        #expect(wrapped.bytes.count <= 260 && !wrapped.isExtended)
        #expect(try pair.card.unwrap(wrapped) == longest)
        guard max < 255 else { return }
        let longer = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 7, count: max + 1))
        expectError(SecureChannelError.dataTooLong(count: max + 1, max: max)) { _ = try pair.host.wrap(longer) }
    }

    @Test("extended commands, and chains of commands secured whole, arrive as they were sent", arguments: points)
    func longCommands(point: Point) throws {
        let random = SeededRandomSource(seed: 43)
        var pair = try SCP02Pair(try SCP02Situation(point.implementation), level: point.level)
        for length in [1, 240, 247, 248, 255, 256, 1000, 5000] {
            let extended = CommandAPDU(
                0x80, 0xE8, 0x00, 0x00, data: random.bytes(length), expectedLength: 65_536, isExtended: true)
            #expect(try pair.exchange(extended).command == extended)
            let command = CommandAPDU(0x80, 0xD8, 0x00, 0x81, data: random.bytes(length))
            let parts = try pair.host.wrapChained(command)
            #expect(parts.allSatisfy { $0.bytes.count <= 260 })
            let whole = try #require(BodyChaining.join(parts))
            let seen = try pair.card.unwrap(whole)
            #expect(seen.data == command.data && seen.p1 == 0x00)
            #expect(try pair.host.unwrap(pair.card.wrap(ResponseAPDU(.success))) == ResponseAPDU(.success))
        }
    }

    @Test("warnings and refusals have an R-MAC like everything else, and the session goes on", arguments: points)
    func statusWords(point: Point) throws {
        var pair = try SCP02Pair(try SCP02Situation(point.implementation), level: point.level)
        let command = CommandAPDU(0x80, 0xF2, 0x40, 0x00, data: [0x4F, 0x00], expectedLength: 256)
        for statusWord: StatusWord in [0x9000, 0x6283, 0x6310, 0x63C2, 0x6985, 0x6A88, 0x9484] {
            _ = try pair.card.unwrap(pair.host.wrap(command))
            let wrapped = pair.card.wrap(ResponseAPDU(statusWord))
            #expect(wrapped.statusWord == statusWord)
            #expect(wrapped.data.count == (point.level.hasResponseMAC ? 8 : 0))
            #expect(try pair.host.unwrap(wrapped) == ResponseAPDU(statusWord))
        }
        #expect(try pair.exchange(command).response == ResponseAPDU(.success))
    }

    @Test("a session works on every logical channel, which is no part of the C-MAC", arguments: 0...19)
    func channels(channel: Int) throws {
        var pair = try SCP02Pair(
            try SCP02Situation(), level: .commandMACAndDecryption, logicalChannel: channel)
        let classByte = try #require(ClassByte(0x80).on(channel: channel))
        let command = CommandAPDU(classByte, 0xE2, 0x00, 0x00, data: [1, 2, 3])
        #expect(try pair.exchange(command).command == command)
    }

    @Test("an empty data field that was padded and encrypted all the same is accepted as empty")
    func encryptedEmptyData() throws {
        let situation = try SCP02Situation()
        var pair = try SCP02Pair(situation, level: .commandMACAndDecryption)
        // A MAC over no data, and one block of padding: what gpshell sends.
        var wrapped = try pair.host.wrap(CommandAPDU(0x80, 0xF2, 0x80, 0x00))
        let key = SCP02VectorTests.sessionENC(situation)
        wrapped.data = try TripleDES(key: key).encryptCBC([0x80, 0, 0, 0, 0, 0, 0, 0]) + wrapped.data
        #expect(try pair.card.unwrap(wrapped) == CommandAPDU(0x80, 0xF2, 0x80, 0x00))
    }
}
