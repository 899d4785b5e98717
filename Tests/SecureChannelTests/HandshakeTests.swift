import CardCryptography
import ISO7816
import SecureChannel
import Testing

@Suite("Mutual authentication")
struct HandshakeTests {
    @Test("a card with other keys is not accepted, whichever key differs")
    func wrongKeys() throws {
        let situation = try Situation()
        let card = try situation.card(situation.handshake(level: .full).initializeUpdate)
        let keys = situation.keys
        let other = AESKey.random(.aes128)
        let wrong = try SCP03KeySet(enc: keys.enc, mac: other, dek: keys.dek)
        expectError(SecureChannelError.cardCryptogramMismatch) {
            _ = try situation.handshake(level: .full).authenticated(by: card.response, keys: wrong)
        }
        // The cryptogram comes from Key-MAC alone; the pseudo-random challenge shows Key-ENC.
        let wrongENC = try SCP03KeySet(enc: other, mac: keys.mac, dek: keys.dek)
        expectError(SecureChannelError.cardChallengeMismatch) {
            _ = try situation.handshake(level: .full).authenticated(by: card.response, keys: wrongENC)
        }
    }

    @Test("a refusal of INITIALIZE UPDATE or EXTERNAL AUTHENTICATE is the card's")
    func refusals() throws {
        let situation = try Situation()
        expectError(SecureChannelError.cardRefused(.referencedDataNotFound)) {
            _ = try situation.handshake(level: .full)
                .authenticated(by: ResponseAPDU(.referencedDataNotFound), keys: situation.keys)
        }
        let card = try situation.card(situation.handshake(level: .full).initializeUpdate)
        expectError(SecureChannelError.cardRefused(.hostCryptogramFailed)) {
            _ = try situation.handshake(level: .full).authenticated(by: card.response, keys: situation.keys)
                .opened(by: ResponseAPDU(.hostCryptogramFailed))
        }
        expectError(SecureChannelError.unexpectedResponseData(count: 1)) {
            _ = try situation.handshake(level: .full).authenticated(by: card.response, keys: situation.keys)
                .opened(by: ResponseAPDU(.success, data: [0]))
        }
    }

    @Test("any byte altered in the response to INITIALIZE UPDATE is noticed, but for what the keys do not cover")
    func alteredResponse() throws {
        let situation = try Situation()
        let response = try situation.card(situation.handshake(level: .full).initializeUpdate).response
        for index in response.data.indices {
            var altered = response
            altered.data[index] ^= 0x01
            let isAccepted: Bool
            do {
                _ = try situation.handshake(level: .full).authenticated(by: altered, keys: situation.keys)
                isAccepted = true
            } catch {
                isAccepted = false
            }
            // The ten bytes of diversification data are not authenticated by SCP03.
            #expect(isAccepted == (index < 10), "byte \(index)")
        }
    }

    @Test("a key version that was not asked for is refused, any is taken for 0")
    func keyVersion() throws {
        let situation = try Situation()
        let card = try situation.card(situation.handshake(level: .full).initializeUpdate)
        expectError(SecureChannelError.keyVersionMismatch(asked: 0x31, reported: 0x30)) {
            _ = try situation.handshake(level: .full, keyVersionNumber: 0x31)
                .authenticated(by: card.response, keys: situation.keys)
        }
        _ = try situation.handshake(level: .full, keyVersionNumber: 0)
            .authenticated(by: card.response, keys: situation.keys)
    }

    @Test("keys are found from what the card reports")
    func diversified() throws {
        let situation = try Situation()
        let card = try situation.card(situation.handshake(level: .full).initializeUpdate)
        let pending = try situation.handshake(level: .full).authenticated(by: card.response) { reported in
            #expect(reported.keyDiversificationData == situation.diversificationData)
            #expect(reported.keyVersionNumber == 0x30)
            return situation.keys
        }
        #expect(pending.card.sequenceCounter == situation.counter)
        expectError(SecureChannelError.keySet(.sizesDiffer)) {
            _ = try situation.handshake(level: .full)
                .authenticated(by: card.response) { _ throws(SCP03KeySetError) in throw .sizesDiffer }
        }
    }

    @Test("a level that the card does not offer is not asked for", arguments: SecurityLevel.allCases)
    func levels(level: SecurityLevel) throws {
        let situation = try Situation(responseSecurity: .none)
        let card = try situation.card(situation.handshake(level: level).initializeUpdate)
        if level.hasResponseMAC {
            expectError(SecureChannelError.levelNotSupported(level, by: situation.implementation)) {
                _ = try situation.handshake(level: level).authenticated(by: card.response, keys: situation.keys)
            }
        } else {
            let pending = try situation.handshake(level: level)
                .authenticated(by: card.response, keys: situation.keys)
            #expect(try card.authenticate(pending.externalAuthenticate).level == level)
        }
    }

    @Test(
        "a host challenge is as long as the mode says", arguments: [(SCP03Mode.s8, 7), (.s8, 9), (.s8, 16), (.s16, 8)])
    func hostChallenge(mode: SCP03Mode, count: Int) throws {
        expectError(SecureChannelError.hostChallengeLength(found: count, expected: mode.length)) {
            _ = try SCP03Handshake(level: .full, mode: mode, hostChallenge: [UInt8](repeating: 0, count: count))
        }
        let situation = try Situation(mode: mode)
        let command = CommandAPDU(0x80, 0x50, 0x30, 0x00, data: [UInt8](repeating: 0, count: count))
        #expect(throws: SecureChannelCardError.wrongLength(found: count, expected: mode.length)) {
            try situation.card(command)
        }
        #expect(SecureChannelCardError.wrongLength(found: count, expected: mode.length).statusWord == 0x6700)
    }

    @Test("INITIALIZE UPDATE has P2 00")
    func keyIdentifier() throws {
        let situation = try Situation()
        let command = CommandAPDU(0x80, 0x50, 0x30, 0x01, data: situation.hostChallenge)
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x30, p2: 0x01)) { try situation.card(command) }
    }

    @Test("a response of the other mode is refused")
    func modes() throws {
        let s16 = try Situation(mode: .s16)
        let card = try s16.card(s16.handshake(level: .full).initializeUpdate)
        let s8 = try Situation(mode: .s8)
        expectError(SecureChannelError.modeMismatch(asked: .s8, reported: s16.implementation)) {
            _ = try s8.handshake(level: .full).authenticated(by: card.response, keys: s16.keys)
        }
    }

    @Test("every byte of EXTERNAL AUTHENTICATE counts", arguments: SCP03Mode.allCases)
    func externalAuthenticate(mode: SCP03Mode) throws {
        let situation = try Situation(mode: mode)
        let handshake = try situation.handshake(level: .full)
        let card = try situation.card(handshake.initializeUpdate)
        let command = try handshake.authenticated(by: card.response, keys: situation.keys).externalAuthenticate
        for index in command.bytes.indices where index != 4 {
            var bytes = command.bytes
            bytes[index] ^= index == 0 ? 0x80 : 0x20
            let altered = try CommandAPDU(bytes: bytes)
            #expect(throws: SecureChannelCardError.self, "byte \(index)") { try card.authenticate(altered) }
        }
        _ = try card.authenticate(command)
    }

    @Test("the host cryptogram, the C-MAC and the level are told apart")
    func externalAuthenticateErrors() throws {
        let situation = try Situation()
        let handshake = try situation.handshake(level: .full)
        let card = try situation.card(handshake.initializeUpdate)
        let command = try handshake.authenticated(by: card.response, keys: situation.keys).externalAuthenticate
        var altered = command
        altered.data[0] ^= 1
        #expect(throws: SecureChannelCardError.hostCryptogramMismatch) { try card.authenticate(altered) }
        #expect(SecureChannelCardError.hostCryptogramMismatch.statusWord == 0x6300)
        altered = command
        altered.data[15] ^= 1
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try card.authenticate(altered) }
        #expect(SecureChannelCardError.commandMACMismatch.statusWord == 0x6982)
        altered = command
        altered.p1 = 0x01
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try card.authenticate(altered) }
        altered.p1 = 0x02
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x02, p2: 0x00)) {
            try card.authenticate(altered)
        }
        altered = command
        altered.p2 = 0x01
        #expect(throws: SecureChannelCardError.incorrectParameters(p1: 0x33, p2: 0x01)) {
            try card.authenticate(altered)
        }
        altered = command
        altered.classByte = 0x80
        #expect(throws: SecureChannelCardError.secureMessagingMissing) { try card.authenticate(altered) }
        altered = command
        altered.data.removeLast()
        #expect(throws: SecureChannelCardError.wrongLength(found: 15, expected: 16)) { try card.authenticate(altered) }
    }

    @Test("a card refuses a level beyond its implementation")
    func cardLevels() throws {
        let both = try Situation()
        let handshake = try both.handshake(level: .full)
        let response = try both.card(handshake.initializeUpdate).response
        let command = try handshake.authenticated(by: response, keys: both.keys).externalAuthenticate
        let mac = try Situation(responseSecurity: .mac)
        let card = try mac.card(mac.handshake(level: .macBothWays).initializeUpdate)
        #expect(throws: SecureChannelCardError.levelNotSupported(0x33)) { try card.authenticate(command) }
    }

    @Test("two sessions with the same host challenge have different keys when the counter moved")
    func counters() throws {
        var situation = try Situation()
        let first = try situation.card(situation.handshake(level: .full).initializeUpdate)
        situation.counter = try #require(situation.counter.next)
        let second = try situation.card(situation.handshake(level: .full).initializeUpdate)
        #expect(first != second)
        let command = try situation.handshake(level: .full)
            .authenticated(by: first.response, keys: situation.keys).externalAuthenticate
        #expect(throws: SecureChannelCardError.hostCryptogramMismatch) { try second.authenticate(command) }
    }
}
