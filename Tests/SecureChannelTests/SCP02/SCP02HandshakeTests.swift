import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Opening a session of SCP02")
struct SCP02HandshakeTests {
    @Test("INITIALIZE UPDATE is answered with 28 bytes, protocol 02 and the counter")
    func answer() throws {
        let situation = try SCP02Situation()
        let handshake = try situation.handshake(level: .commandMAC)
        let card = try situation.card(handshake.initializeUpdate)
        #expect(card.response.data.count == 28)
        let report = try SCP02InitializeUpdateResponse(bytes: card.response.data)
        #expect(report.keyDiversificationData == situation.diversificationData)
        #expect(report.keyVersionNumber == 0x20 && report.sequenceCounter == situation.counter)
        #expect(report.bytes == card.response.data)
        #expect(report.isProof(of: situation.keys, hostChallenge: situation.hostChallenge))
        #expect(!report.isProof(of: .random(), hostChallenge: situation.hostChallenge))
        #expect(!report.isProof(of: situation.keys, hostChallenge: [UInt8](repeating: 0, count: 8)))
    }

    @Test("an answer one byte short or long, or of another protocol, is no answer")
    func malformedAnswers() throws {
        let situation = try SCP02Situation()
        let bytes = try situation.card(situation.handshake(level: .commandMAC).initializeUpdate).response.data
        #expect(throws: InitializeUpdateResponseError.self) {
            try SCP02InitializeUpdateResponse(bytes: bytes.dropLast())
        }
        #expect(throws: InitializeUpdateResponseError.self) { try SCP02InitializeUpdateResponse(bytes: bytes + [0]) }
        var other = bytes
        other[11] = 0x01
        #expect(throws: InitializeUpdateResponseError.protocolNotSupported(0x01)) {
            try SCP02InitializeUpdateResponse(bytes: other)
        }
        #expect(throws: InitializeUpdateResponseError.protocolNotSupported(0x01)) {
            try SecureChannelReport(bytes: other)
        }
        #expect(throws: InitializeUpdateResponseError.self) { try SecureChannelReport(bytes: []) }
    }

    @Test("the pseudo-random challenge is the MAC over the AID, and another AID's is refused")
    func pseudoRandom() throws {
        var situation = try SCP02Situation(.i55)
        let answer = try situation.card(situation.handshake(level: .commandMAC).initializeUpdate).response
        let report = try SCP02InitializeUpdateResponse(bytes: answer.data)
        #expect(report.cardChallenge == situation.keys.cardChallenge(situation.counter, invoker: situation.invoker))
        expectError(SecureChannelError.cardChallengeMismatch) {
            let handshake = try SCP02Handshake(
                level: .commandMAC, implementation: .i55, hostChallenge: situation.hostChallenge,
                invoker: "A000000003000000")
            _ = try handshake.authenticated(by: answer, keys: situation.keys)
        }
        situation.counter = SCP02SequenceCounter(rawValue: 0x00A6)
        #expect(report.cardChallenge != situation.keys.cardChallenge(situation.counter, invoker: situation.invoker))
    }

    @Test("a host with other keys, another version or a level that i does not offer opens nothing")
    func hostRefusals() throws {
        let situation = try SCP02Situation()
        let answer = try situation.card(situation.handshake(level: .commandMAC).initializeUpdate).response
        expectError(SecureChannelError.cardCryptogramMismatch) {
            _ = try situation.handshake(level: .commandMAC).authenticated(by: answer, keys: .random())
        }
        expectError(SecureChannelError.keyVersionMismatch(asked: 0x21, reported: 0x20)) {
            _ = try situation.handshake(level: .commandMAC, keyVersionNumber: 0x21)
                .authenticated(by: answer, keys: situation.keys)
        }
        expectError(SecureChannelError.scp02LevelNotSupported(.macBothWays, by: .i15)) {
            _ = try situation.handshake(level: .macBothWays)
        }
        expectError(SecureChannelError.cardRefused(0x6A88)) {
            _ = try situation.handshake(level: .commandMAC)
                .authenticated(by: ResponseAPDU(0x6A88), keys: situation.keys)
        }
        expectError(SecureChannelError.hostChallengeLength(found: 16, expected: 8)) {
            _ = try SCP02Handshake(level: .commandMAC, hostChallenge: [UInt8](repeating: 0, count: 16))
        }
    }

    @Test("the card refuses a wrong cryptogram with 6300, a wrong C-MAC with 6982, an unknown level with 6A86")
    func cardRefusals() throws {
        let situation = try SCP02Situation()
        let handshake = try situation.handshake(level: .commandMAC)
        let card = try situation.card(handshake.initializeUpdate)
        let command = try handshake.authenticated(by: card.response, keys: situation.keys).externalAuthenticate
        #expect(throws: Never.self) { try card.authenticate(command) }
        var wrong = command
        wrong.data[0] ^= 1
        #expect(throws: SecureChannelCardError.hostCryptogramMismatch) { try card.authenticate(wrong) }
        wrong = command
        wrong.data[15] ^= 1
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try card.authenticate(wrong) }
        wrong = command
        wrong.p1 = 0x33
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x33, p2: 0)) { try card.authenticate(wrong) }
        wrong.p1 = 0x11
        #expect(throws: SecureChannelCardError.levelNotSupported(0x11)) { try card.authenticate(wrong) }
        wrong = command
        wrong.data.removeLast()
        #expect(throws: SecureChannelCardError.wrongLength(found: 15, expected: 16)) { try card.authenticate(wrong) }
        wrong = command
        wrong.classByte = 0x80
        #expect(throws: SecureChannelCardError.secureMessagingMissing) { try card.authenticate(wrong) }
        #expect(SecureChannelCardError.hostCryptogramMismatch.statusWord == 0x6300)
        #expect(SecureChannelCardError.commandMACMismatch.statusWord == 0x6982)
        #expect(SecureChannelCardError.levelNotSupported(0x11).statusWord == 0x6A86)
    }

    @Test("INITIALIZE UPDATE with P2 other than 00 or a challenge of 7, 9 or 16 bytes is refused")
    func initializeUpdate() throws {
        let situation = try SCP02Situation()
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x20, p2: 1)) {
            try situation.card(CommandAPDU(0x80, 0x50, 0x20, 0x01, data: [UInt8](repeating: 0, count: 8)))
        }
        for length in [0, 7, 9, 16] {
            #expect(throws: SecureChannelCardError.wrongLength(found: length, expected: 8)) {
                try situation.card(CommandAPDU(0x80, 0x50, 0x20, 0x00, data: [UInt8](repeating: 0, count: length)))
            }
        }
    }

    @Test("the counter has two bytes and an end")
    func counter() {
        #expect(SCP02SequenceCounter.zero.next?.bytes == [0, 1])
        #expect(SCP02SequenceCounter(rawValue: 0x00FF).next?.bytes == [1, 0])
        #expect(SCP02SequenceCounter(rawValue: 0xFFFE).next == .max)
        #expect(SCP02SequenceCounter.max.next == nil)
    }

    @Test("a host that does not know the protocol finds it in the answer and opens the session")
    func eitherProtocol() throws {
        let (two, three) = (try SCP02Situation(), try Situation())
        for identifier: UInt8 in [0x02, 0x03] {
            let handshake = try SecureChannelHandshake(
                level: .commandMACAndDecryption, hostChallenge: two.hostChallenge)
            let initializeUpdate = handshake.initializeUpdate
            let scp02 = try two.card(initializeUpdate)
            let scp03 = try three.card(initializeUpdate)
            let pending = try handshake.authenticated(by: identifier == 2 ? scp02.response : scp03.response) { report in
                #expect(report.protocolIdentifier == identifier)
                return identifier == 2 ? .scp02(two.keys) : .scp03(three.keys)
            }
            var card =
                identifier == 2
                ? SecureChannelCardSession(try scp02.authenticate(pending.externalAuthenticate))
                : SecureChannelCardSession(try scp03.authenticate(pending.externalAuthenticate))
            #expect(pending.card.keyVersionNumber == (identifier == 2 ? 0x20 : 0x30))
            var session = try pending.opened(by: ResponseAPDU(.success))
            #expect(session.protocolIdentifier == identifier && card.protocolIdentifier == identifier)
            let command = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [1, 2, 3])
            #expect(try card.unwrap(session.wrap(command)) == command)
            #expect(try session.unwrap(card.wrap(ResponseAPDU(.success))) == ResponseAPDU(.success))
            let long = CommandAPDU(0x80, 0xD8, 0x00, 0x81, data: [UInt8](repeating: 5, count: 400))
            let joined = try #require(BodyChaining.join(session.wrapChained(long)))
            #expect(try card.unwrap(joined).data == long.data)
        }
        expectError(SecureChannelError.keysForOtherProtocol(reported: 0x02)) {
            let handshake = try SecureChannelHandshake(level: .commandMAC, hostChallenge: two.hostChallenge)
            let answer = try two.card(handshake.initializeUpdate).response
            _ = try handshake.authenticated(by: answer, keys: .scp03(three.keys))
        }
        expectError(SecureChannelError.levelUnknownToSCP02(.full)) {
            let handshake = try SecureChannelHandshake(level: .full, hostChallenge: two.hostChallenge)
            let answer = try two.card(handshake.initializeUpdate).response
            _ = try handshake.authenticated(by: answer, keys: .scp02(two.keys))
        }
    }
}
