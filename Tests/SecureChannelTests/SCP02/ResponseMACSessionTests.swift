import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("BEGIN and END R-MAC SESSION")
struct ResponseMACSessionTests {
    private func pair(_ level: SCP02SecurityLevel = .commandMAC, i: UInt8 = 0x35) throws -> SCP02Pair {
        try SCP02Pair(try SCP02Situation(try #require(SCP02Implementation(rawValue: i))), level: level)
    }

    private static let command = CommandAPDU(0x80, 0xF2, 0x80, 0x02, data: [0x4F, 0x00], expectedLength: 256)

    @Test("with P1 10 every response carries an R-MAC from the next one on, until END R-MAC SESSION")
    func everyResponse() throws {
        var pair = try pair()
        #expect(try pair.exchange(.begin(.everyResponse, data: [1, 2, 3])) == ResponseAPDU(.success))
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        let wrapped = pair.card.wrap(ResponseAPDU(.success, data: [7]))
        #expect(wrapped.data.count == 9)
        #expect(try pair.host.unwrap(wrapped).data == [7])
        #expect(try pair.exchange(.end(isOver: false)).data.count == 8)
        #expect(try pair.exchange(.end(isOver: true)).data.count == 8)
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        #expect(pair.card.wrap(ResponseAPDU(.success, data: [7])).data == [7])
    }

    @Test("with P1 00 only END R-MAC SESSION returns an R-MAC, which covers every exchange before it")
    func lastResponse() throws {
        var pair = try pair()
        #expect(try pair.exchange(.begin(.lastResponse, data: [])) == ResponseAPDU(.success))
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        let bare = pair.card.wrap(ResponseAPDU(.success, data: [7]))
        #expect(bare.data == [7])
        // Somebody alters what has no R-MAC of its own: the last one shows it.
        #expect(try pair.host.unwrap(ResponseAPDU(.success, data: [8])).data == [8])
        expectError(SecureChannelError.responseMACMismatch) { _ = try pair.exchange(.end(isOver: true)) }
    }

    @Test("what P1 00 collected unaltered verifies, and the session goes on without R-MAC")
    func collected() throws {
        var pair = try pair(.commandMACAndDecryption)
        _ = try pair.exchange(.begin(.lastResponse, data: []))
        for _ in 0..<3 { _ = try pair.exchange(Self.command, answering: ResponseAPDU(.success, data: [7])) }
        #expect(try pair.exchange(.end(isOver: true)).data.count == 8)
        #expect(try pair.exchange(Self.command).response == ResponseAPDU(.success))
        #expect(try pair.exchange(.begin(.everyResponse, data: [])) == ResponseAPDU(.success), "and begins again")
    }

    @Test("END without BEGIN, BEGIN inside an R-MAC session, and both without support are refused")
    func refusals() throws {
        var pair = try pair()
        expectError(SecureChannelError.responseMACSession(.noResponseMACSession)) {
            _ = try pair.host.wrap(ResponseMACSessionCommand.end(isOver: true))
        }
        #expect(throws: SecureChannelCardError.noResponseMACSession) { try pair.card.announce(.end(isOver: true)) }
        _ = try pair.exchange(.begin(.everyResponse, data: []))
        #expect(throws: SecureChannelCardError.responseMACSessionInForce) {
            try pair.card.announce(.begin(.everyResponse, data: []))
        }
        var agreed = try self.pair(.macBothWays)
        #expect(throws: SecureChannelCardError.responseMACSessionInForce) {
            try agreed.card.announce(.begin(.everyResponse, data: []))
        }
        #expect(throws: SecureChannelCardError.noResponseMACSession) { try agreed.card.announce(.end(isOver: true)) }
        var without = try self.pair(i: 0x15)
        #expect(throws: SecureChannelCardError.levelNotSupported(0x10)) {
            try without.card.announce(.begin(.everyResponse, data: []))
        }
        #expect(SecureChannelCardError.noResponseMACSession.statusWord == 0x6985)
    }

    @Test("a BEGIN that the card refuses changes nothing")
    func refusedBegin() throws {
        var pair = try pair()
        let begin = try pair.card.unwrap(pair.host.wrap(ResponseMACSessionCommand.begin(.everyResponse, data: [])))
        try pair.card.announce(try #require(try ResponseMACSessionCommand(begin)))
        #expect(try pair.host.unwrap(pair.card.wrap(ResponseAPDU(0x6985))) == ResponseAPDU(0x6985))
        #expect(try pair.exchange(Self.command, answering: ResponseAPDU(.success, data: [1])).response.data == [1])
    }

    @Test("the commands read what they write, and refuse other parameters and data")
    func commands() throws {
        for command: ResponseMACSessionCommand in [
            .begin(.everyResponse, data: []), .begin(.lastResponse, data: Array(1...24)), .end(isOver: true),
            .end(isOver: false),
        ] {
            #expect(try ResponseMACSessionCommand(command.command) == command)
        }
        #expect(try ResponseMACSessionCommand(Self.command) == nil)
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x30, p2: 1)) {
            try ResponseMACSessionCommand(CommandAPDU(0x80, 0x7A, 0x30, 0x01, data: [0]))
        }
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x10, p2: 3)) {
            try ResponseMACSessionCommand(CommandAPDU(0x80, 0x7A, 0x10, 0x03, data: [0]))
        }
        for data: [UInt8] in [[], [1], [0, 0], [25] + [UInt8](repeating: 0, count: 25)] {
            #expect(throws: SecureChannelCardError.malformedData) {
                try ResponseMACSessionCommand(CommandAPDU(0x80, 0x7A, 0x10, 0x01, data: data))
            }
        }
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0, p2: 2)) {
            try ResponseMACSessionCommand(CommandAPDU(0x80, 0x78, 0x00, 0x02))
        }
        #expect(throws: SecureChannelCardError.wrongLength(found: 1, expected: 0)) {
            try ResponseMACSessionCommand(CommandAPDU(0x80, 0x78, 0x00, 0x03, data: [0]))
        }
    }
}
