import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

/// Host against card: security level × key size × mode, each over data lengths and APDU cases.
@Suite("Both ends of SCP03")
struct MatrixTests {
    struct Point: Sendable, CustomTestStringConvertible {
        let level: SecurityLevel
        let size: AESKey.Size
        let mode: SCP03Mode
        var testDescription: String { "\(level), AES-\(size.bitCount), \(mode)" }
    }

    static let points = SecurityLevel.allCases.flatMap { level in
        AESKey.Size.allCases.flatMap { size in
            SCP03Mode.allCases.map { Point(level: level, size: size, mode: $0) }
        }
    }

    static let lengths = [0, 1, 15, 16, 17] + Array(223...256)

    /// The command of one APDU case, `nil` where the length does not make one.
    static func command(_ apduCase: APDUCase, length: Int, random: SeededRandomSource) -> CommandAPDU? {
        switch (apduCase, length) {
        case (.case1, 0): CommandAPDU(0x80, 0xF2, 0x20, 0x02)
        case (.case2, 0): CommandAPDU(0x80, 0xCA, 0x00, 0x66, expectedLength: 256)
        case (.case3, 1...): CommandAPDU(0x80, 0xE2, 0x88, 0x01, data: random.bytes(length))
        case (.case4, 1...): CommandAPDU(0x80, 0xE2, 0x88, 0x02, data: random.bytes(length), expectedLength: 256)
        default: nil
        }
    }

    @Test("every command and every response arrives as it was sent", arguments: points)
    func roundTrips(point: Point) throws {
        let random = SeededRandomSource(seed: 42)
        var pair = try Pair(try Situation(point.size, mode: point.mode), level: point.level)
        let commandMax = point.level.commandDataLengthMax(point.mode)
        let responseMax = point.level.responseDataLengthMax(point.mode)
        for apduCase in [APDUCase.case1, .case2, .case3, .case4] {
            for length in Self.lengths where length <= commandMax {
                guard let command = Self.command(apduCase, length: length, random: random) else { continue }
                for responseLength in [0, length, min(length + 1, responseMax)] where responseLength <= responseMax {
                    let response = ResponseAPDU(.success, data: random.bytes(responseLength))
                    let seen = try pair.exchange(command, answering: response)
                    #expect(seen.command == command)
                    #expect(seen.response == response)
                }
            }
        }
    }

    @Test("what is longer than a short command carries is refused, one byte less is not", arguments: points)
    func limits(point: Point) throws {
        var pair = try Pair(try Situation(point.size, mode: point.mode), level: point.level)
        let max = pair.host.commandDataLengthMax
        #expect(max == point.level.commandDataLengthMax(point.mode))
        let longest = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 7, count: max))
        let wrapped = try pair.host.wrap(longest)
        #expect(wrapped.bytes.count <= 260)
        #expect(try pair.card.unwrap(wrapped) == longest)
        guard max < 255 else { return }
        let longer = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 7, count: max + 1))
        expectError(SecureChannelError.dataTooLong(count: max + 1, max: max)) { _ = try pair.host.wrap(longer) }
        #expect(try pair.card.unwrap(pair.host.wrap(longest)) == longest, "the refusal moved nothing")
    }

    @Test("extended commands and responses arrive as they were sent", arguments: points)
    func extended(point: Point) throws {
        let random = SeededRandomSource(seed: 43)
        var pair = try Pair(try Situation(point.size, mode: point.mode), level: point.level)
        for length in [0, 1, 240, 256, 1000, 5000] {
            let command = CommandAPDU(
                0x80, 0xE8, 0x00, 0x00, data: random.bytes(length), expectedLength: 65_536, isExtended: true)
            let response = ResponseAPDU(.success, data: random.bytes(length))
            let seen = try pair.exchange(command, answering: response)
            #expect(seen.command == command)
            #expect(seen.response == response)
        }
    }

    @Test("warnings are protected, refusals go bare", arguments: points)
    func statusWords(point: Point) throws {
        var pair = try Pair(try Situation(point.size, mode: point.mode), level: point.level)
        let command = CommandAPDU(0x80, 0xF2, 0x40, 0x00, data: [0x4F, 0x00], expectedLength: 256)
        let extra = point.level.hasResponseMAC ? point.mode.length : 0
        for statusWord: StatusWord in [0x9000, 0x6200, 0x6283, 0x6300, 0x6310, 0x63C2] {
            _ = try pair.card.unwrap(pair.host.wrap(command))
            let wrapped = pair.card.wrap(ResponseAPDU(statusWord))
            #expect(wrapped.statusWord == statusWord)
            #expect(wrapped.data.count == extra)
            #expect(try pair.host.unwrap(wrapped) == ResponseAPDU(statusWord))
        }
        for statusWord: StatusWord in [0x6985, 0x6A88, 0x6E00, 0x6110, 0x9484] {
            _ = try pair.card.unwrap(pair.host.wrap(command))
            let wrapped = pair.card.wrap(ResponseAPDU(statusWord))
            #expect(wrapped == ResponseAPDU(statusWord))
            #expect(try pair.host.unwrap(wrapped) == ResponseAPDU(statusWord))
        }
        #expect(try pair.exchange(command).response == ResponseAPDU(.success), "the session goes on")
    }

    @Test("a session works on every logical channel, which is no part of the C-MAC", arguments: 0...19)
    func channels(channel: Int) throws {
        let situation = try Situation()
        let handshake = try situation.handshake(level: .full, logicalChannel: channel)
        #expect(handshake.initializeUpdate.classByte.logicalChannel == channel)
        let card = try situation.card(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: card.response, keys: situation.keys)
        #expect(pending.externalAuthenticate.classByte.logicalChannel == channel)
        #expect(pending.externalAuthenticate.classByte.indicatesSecureMessaging)
        var session = try card.authenticate(pending.externalAuthenticate)
        var host = try pending.opened(by: ResponseAPDU(.success))
        let classByte = try #require(ClassByte(0x80).on(channel: channel))
        let command = CommandAPDU(classByte, 0xE2, 0x00, 0x00, data: [1, 2, 3])
        #expect(try session.unwrap(host.wrap(command)) == command)
    }

    @Test("no logical channel lies beyond 19")
    func noChannel() {
        expectError(SecureChannelError.logicalChannelOutOfRange(20)) {
            _ = try SCP03Handshake(level: .full, hostChallenge: [UInt8](repeating: 0, count: 8), logicalChannel: 20)
        }
    }

    @Test("random card challenges open sessions too", arguments: SCP03Mode.allCases)
    func randomChallenges(mode: SCP03Mode) throws {
        let situation = try Situation(mode: mode, isPseudoRandom: false)
        var pair = try Pair(situation, level: .full)
        #expect(pair.host.card.sequenceCounter == nil)
        #expect(try pair.exchange(CommandAPDU(0x80, 0xF2, 0x80, 0x02)).response == ResponseAPDU(.success))
    }
}
