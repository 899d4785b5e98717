import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("What an altered message does to an SCP02 session")
struct SCP02TamperingTests {
    private static let command = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: Array(1...20))

    @Test(
        "any bit of header, data or C-MAC changed ends the session on the card, and the right command comes too late",
        arguments: [SCP02SecurityLevel.commandMAC, .commandMACAndDecryption])
    func alteredCommands(level: SCP02SecurityLevel) throws {
        let situation = try SCP02Situation()
        var pair = try SCP02Pair(situation, level: level)
        let wrapped = try pair.host.wrap(Self.command)
        let start = pair.card
        for position in wrapped.bytes.indices where position != 4 {
            var card = start
            var bytes = wrapped.bytes
            bytes[position] ^= 0x10
            let altered = try CommandAPDU(bytes: bytes)
            #expect(throws: SecureChannelCardError.self, "byte \(position)") { try card.unwrap(altered) }
            #expect(card.isAborted)
            #expect(throws: SecureChannelCardError.sessionAborted) { try card.unwrap(wrapped) }
            #expect(card.wrap(ResponseAPDU(.success, data: [1])) == ResponseAPDU(.success))
        }
        var card = start
        #expect(try card.unwrap(wrapped) == Self.command)
    }

    @Test("a command that is repeated, left out or sent in plain is refused")
    func order() throws {
        var pair = try SCP02Pair(try SCP02Situation(), level: .commandMAC)
        let first = try pair.host.wrap(Self.command)
        let second = try pair.host.wrap(Self.command)
        #expect(first != second, "the chain makes equal commands differ")
        var card = pair.card
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try card.unwrap(second) }
        card = pair.card
        _ = try card.unwrap(first)
        let afterFirst = card
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try card.unwrap(first) }
        card = afterFirst
        #expect(throws: SecureChannelCardError.secureMessagingMissing) { try card.unwrap(Self.command) }
        card = afterFirst
        #expect(throws: SecureChannelCardError.commandMACMissing) {
            try card.unwrap(CommandAPDU(0x84, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 0, count: 7)))
        }
        card = afterFirst
        #expect(throws: SecureChannelCardError.invalidCommandPadding) {
            var encrypted = try SCP02Pair(try SCP02Situation(), level: .commandMACAndDecryption)
            _ = try encrypted.card.unwrap(CommandAPDU(0x84, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 0, count: 17)))
        }
        #expect(try card.unwrap(second) == Self.command)
    }

    @Test("at level 00 secure messaging is refused, at 10 commands travel bare and responses with an R-MAC")
    func bareLevels() throws {
        var pair = try SCP02Pair(try SCP02Situation(), level: .noSecureMessaging)
        #expect(try pair.host.wrap(Self.command) == Self.command)
        #expect(throws: SecureChannelCardError.secureMessagingNotExpected) {
            try pair.card.unwrap(CommandAPDU(0x84, 0xE2, 0x00, 0x00, data: Self.command.data))
        }
        let i35 = try #require(SCP02Implementation(rawValue: 0x35))
        var bare = try SCP02Pair(try SCP02Situation(i35), level: .responseMAC)
        #expect(try bare.host.wrap(Self.command) == Self.command)
        #expect(try bare.card.unwrap(Self.command) == Self.command)
        #expect(bare.card.wrap(ResponseAPDU(.success, data: [1])).data.count == 9)
    }

    @Test("any bit of a response with an R-MAC changed, or the R-MAC taken away, ends the session for the host")
    func alteredResponses() throws {
        let i75 = try #require(SCP02Implementation(rawValue: 0x75))
        let situation = try SCP02Situation(i75)
        for position in -1..<14 {
            var pair = try SCP02Pair(situation, level: .macBothWaysAndDecryption)
            _ = try pair.card.unwrap(pair.host.wrap(Self.command))
            let wrapped = pair.card.wrap(ResponseAPDU(.success, data: Array(1...4)))
            #expect(wrapped.bytes.count == 14)
            guard position >= 0 else {
                #expect(try pair.host.unwrap(wrapped) == ResponseAPDU(.success, data: Array(1...4)))
                continue
            }
            var bytes = wrapped.bytes
            bytes[position] ^= 0x01
            expectError(SecureChannelError.responseMACMismatch) { _ = try pair.host.unwrap(ResponseAPDU(bytes: bytes)) }
            expectError(SecureChannelError.sessionAborted) { _ = try pair.host.unwrap(wrapped) }
            expectError(SecureChannelError.sessionAborted) { _ = try pair.host.wrap(Self.command) }
        }
        var pair = try SCP02Pair(situation, level: .macBothWays)
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        expectError(SecureChannelError.responseMACMissing) { _ = try pair.host.unwrap(ResponseAPDU(.success)) }
        pair = try SCP02Pair(situation, level: .macBothWays)
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        expectError(SecureChannelError.responseMACMissing) {
            _ = try pair.host.unwrap(ResponseAPDU(0x6A80, data: [1]))
        }
    }

    @Test("a bare refusal is taken as a claim; it belongs to no chain, and the card's own refusal does")
    func refusals() throws {
        let i35 = try #require(SCP02Implementation(rawValue: 0x35))
        var pair = try SCP02Pair(try SCP02Situation(i35), level: .macBothWays)
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        #expect(try pair.host.unwrap(ResponseAPDU(0x6985)) == ResponseAPDU(0x6985))
        #expect(try pair.exchange(Self.command, answering: ResponseAPDU(0x6A88)).response == ResponseAPDU(0x6A88))
        // Whoever takes the card's R-MAC away from a refusal breaks the chain.
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        #expect(pair.card.wrap(ResponseAPDU(0x6A88)).data.count == 8)
        #expect(try pair.host.unwrap(ResponseAPDU(0x6A88)) == ResponseAPDU(0x6A88))
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        let next = pair.card.wrap(ResponseAPDU(.success))
        expectError(SecureChannelError.responseMACMismatch) { _ = try pair.host.unwrap(next) }
    }

    @Test("an R-MAC answers its own command: another command's response is refused")
    func responsesBelong() throws {
        let i35 = try #require(SCP02Implementation(rawValue: 0x35))
        var pair = try SCP02Pair(try SCP02Situation(i35), level: .macBothWays)
        _ = try pair.card.unwrap(pair.host.wrap(Self.command))
        let response = pair.card.wrap(ResponseAPDU(.success))
        _ = try pair.host.wrap(CommandAPDU(0x80, 0xE2, 0x00, 0x01, data: [1]))
        expectError(SecureChannelError.responseMACMismatch) { _ = try pair.host.unwrap(response) }
    }

    @Test("the first C-MAC of an implicit session starts from the MAC over the AID, and opens with the right AID only")
    func implicitSessions() throws {
        for value: UInt8 in [0x0A, 0x0B, 0x1A, 0x1B] {
            let situation = try SCP02Situation(try #require(SCP02Implementation(rawValue: value)))
            var pair = try SCP02Pair(situation, level: .commandMAC)
            #expect(pair.host.card == nil && pair.host.level == .commandMAC)
            let wrapped = try pair.host.wrap(Self.command)
            #expect(try pair.card.unwrap(wrapped) == Self.command)
            for (counter, invoker) in [
                (situation.counter, AID("A000000003000000")),
                (SCP02SequenceCounter(rawValue: 0x00A6), situation.invoker),
            ] {
                var other = SCP02CardSession(
                    implicit: situation.implementation, keys: situation.keys, counter: counter, invoker: invoker)
                #expect(throws: SecureChannelCardError.commandMACMismatch) { try other.unwrap(wrapped) }
            }
        }
    }
}
