import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Altered, replayed and dropped messages")
struct TamperingTests {
    static let securedLevels = SecurityLevel.allCases.filter(\.hasCommandMAC)
    let command = CommandAPDU(0x80, 0xE2, 0x88, 0x01, data: Array(1...20), expectedLength: 256)

    @Test("a wrapped command with any bit altered is refused", arguments: securedLevels, SCP03Mode.allCases)
    func commands(level: SecurityLevel, mode: SCP03Mode) throws {
        var pair = try Pair(try Situation(mode: mode), level: level)
        let wrapped = try pair.host.wrap(command)
        let card = pair.card
        // Le is no part of the C-MAC (Amd D §6.2.4), and neither is the logical channel, the low bits of CLA.
        for index in wrapped.bytes.indices.dropLast() where index != 4 {
            for bit in (index == 0 ? 2 : 0)..<8 {
                var bytes = wrapped.bytes
                bytes[index] ^= 1 << UInt8(bit)
                // The further coding of CLA has its channel in other bits.
                if index == 0, bit == 6 { continue }
                let altered = try CommandAPDU(bytes: bytes)
                var session = card
                #expect(throws: SecureChannelCardError.self, "byte \(index), bit \(bit)") {
                    try session.unwrap(altered)
                }
                #expect(session.isAborted)
            }
        }
        #expect(try pair.card.unwrap(wrapped) == command)
    }

    @Test("a wrapped command that is cut or grows is refused", arguments: securedLevels)
    func lengths(level: SecurityLevel) throws {
        var pair = try Pair(try Situation(), level: level)
        let wrapped = try pair.host.wrap(command)
        for count in 0..<wrapped.data.count {
            var (cut, session) = (wrapped, pair.card)
            cut.data = Array(wrapped.data.prefix(count))
            #expect(throws: SecureChannelCardError.self) { try session.unwrap(cut) }
        }
        var (longer, session) = (wrapped, pair.card)
        longer.data.insert(0, at: 0)
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try session.unwrap(longer) }
    }

    @Test("a command is refused the second time, out of order, or after one was dropped", arguments: securedLevels)
    func replay(level: SecurityLevel) throws {
        var pair = try Pair(try Situation(), level: level)
        let wrapped = [try pair.host.wrap(command), try pair.host.wrap(command), try pair.host.wrap(command)]
        #expect(wrapped[0] != wrapped[1])
        var session = pair.card
        _ = try session.unwrap(wrapped[0])
        var replayed = session
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try replayed.unwrap(wrapped[0]) }
        var dropped = session
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try dropped.unwrap(wrapped[2]) }
        _ = try session.unwrap(wrapped[1])
        _ = try session.unwrap(wrapped[2])
    }

    @Test("after a failed check a card session accepts nothing and protects nothing")
    func abortedCard() throws {
        var pair = try Pair(try Situation(), level: .full)
        let wrapped = try pair.host.wrap(command)
        var altered = wrapped
        altered.data[0] ^= 1
        #expect(throws: SecureChannelCardError.commandMACMismatch) { try pair.card.unwrap(altered) }
        #expect(throws: SecureChannelCardError.sessionAborted) { try pair.card.unwrap(wrapped) }
        #expect(pair.card.wrap(ResponseAPDU(.success, data: [1])) == ResponseAPDU(.success))
        #expect(SecureChannelCardError.sessionAborted.statusWord == 0x6982)
    }

    @Test("a command without secure messaging is refused in a session that has it", arguments: securedLevels)
    func bareCommand(level: SecurityLevel) throws {
        var pair = try Pair(try Situation(), level: level)
        #expect(throws: SecureChannelCardError.secureMessagingMissing) { try pair.card.unwrap(command) }
        pair = try Pair(try Situation(), level: level)
        let empty = CommandAPDU(0x84, 0xF2, 0x40, 0x00)
        #expect(throws: SecureChannelCardError.commandMACMissing) { try pair.card.unwrap(empty) }
    }

    @Test("a session without secure messaging passes commands through and refuses those that carry it")
    func noSecureMessaging() throws {
        var pair = try Pair(try Situation(), level: .noSecureMessaging)
        #expect(try pair.host.wrap(command) == command)
        #expect(try pair.exchange(command).command == command)
        let secured = CommandAPDU(0x84, 0xF2, 0x40, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(throws: SecureChannelCardError.secureMessagingNotExpected) { try pair.card.unwrap(secured) }
    }

    @Test(
        "a wrapped response with any bit altered is refused, and the session is over",
        arguments: [SecurityLevel.macBothWays, .macBothWaysAndDecryption, .full], SCP03Mode.allCases)
    func responses(level: SecurityLevel, mode: SCP03Mode) throws {
        let situation = try Situation(mode: mode)
        let answer = ResponseAPDU(.success, data: Array(1...17))
        var pair = try Pair(situation, level: level)
        _ = try pair.card.unwrap(pair.host.wrap(command))
        let wrapped = pair.card.wrap(answer)
        for index in wrapped.data.indices {
            var altered = wrapped
            altered.data[index] ^= 0x10
            try expectRefused(altered, situation, level, .responseMACMismatch)
        }
        for count in 0..<wrapped.data.count {
            let cut = ResponseAPDU(.success, data: Array(wrapped.data.prefix(count)))
            try expectRefused(
                cut, situation, level, count < mode.length ? .responseMACMissing : .responseMACMismatch)
        }
        try expectRefused(ResponseAPDU(0x6310, data: wrapped.data), situation, level, .responseMACMismatch)
        try expectRefused(
            ResponseAPDU(0x6A80, data: wrapped.data), situation, level,
            .unexpectedResponseData(count: wrapped.data.count))
        #expect(try pair.host.unwrap(wrapped) == answer)
    }

    private func expectRefused(
        _ response: ResponseAPDU, _ situation: Situation, _ level: SecurityLevel, _ error: SecureChannelError,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var pair = try Pair(situation, level: level)
        _ = try pair.host.wrap(command)
        expectError(error, sourceLocation: sourceLocation) { _ = try pair.host.unwrap(response) }
        expectError(SecureChannelError.sessionAborted, sourceLocation: sourceLocation) {
            _ = try pair.host.wrap(command)
        }
        expectError(SecureChannelError.sessionAborted, sourceLocation: sourceLocation) {
            _ = try pair.host.unwrap(response)
        }
    }

    @Test("the response to an earlier command is refused")
    func staleResponse() throws {
        var pair = try Pair(try Situation(), level: .macBothWays)
        _ = try pair.card.unwrap(pair.host.wrap(command))
        let first = pair.card.wrap(ResponseAPDU(.success))
        _ = try pair.host.unwrap(first)
        _ = try pair.host.wrap(command)
        expectError(SecureChannelError.responseMACMismatch) { _ = try pair.host.unwrap(first) }
    }

    @Test("the encryption counter moves with commands that have no data")
    func counter() throws {
        var pair = try Pair(try Situation(), level: .commandMACAndDecryption)
        let empty = CommandAPDU(0x80, 0xF2, 0x40, 0x00)
        let wrapped = try pair.host.wrap(empty)
        #expect(wrapped.data.count == 8, "no data, no encryption")
        #expect(try pair.card.unwrap(wrapped) == empty)
        let second = try pair.host.wrap(command)
        #expect(try pair.card.unwrap(second) == command)

        // The same command as the first of a session has another initial value.
        var fresh = try Pair(try Situation(), level: .commandMACAndDecryption)
        #expect(try fresh.host.wrap(command).data.prefix(32) != second.data.prefix(32))
    }

    @Test("equal plain commands and responses never look the same twice on the wire")
    func freshness() throws {
        var pair = try Pair(try Situation(), level: .full)
        var seen: Set<[UInt8]> = []
        for _ in 1...50 {
            let wrapped = try pair.host.wrap(command)
            #expect(seen.insert(Array(wrapped.data.prefix(32))).inserted)
            _ = try pair.card.unwrap(wrapped)
            let response = pair.card.wrap(ResponseAPDU(.success, data: command.data))
            #expect(seen.insert(Array(response.data.prefix(32))).inserted)
            _ = try pair.host.unwrap(response)
        }
    }

    @Test("bytes made up by a stranger are refused, whatever they are", arguments: securedLevels)
    func strangers(level: SecurityLevel) throws {
        let random = SeededRandomSource(seed: 0xF00D)
        var pair = try Pair(try Situation(), level: level)
        _ = try pair.host.wrap(command)
        for _ in 1...2000 {
            let length = Int(random.bytes(1)[0])
            guard let made = try? CommandAPDU(bytes: [0x84] + random.bytes(length)) else { continue }
            var session = pair.card
            #expect(throws: SecureChannelCardError.self) { try session.unwrap(made) }
        }
        for _ in 1...2000 {
            let bytes = random.bytes(Int(random.bytes(1)[0]))
            #expect(throws: InitializeUpdateResponseError.self) { try InitializeUpdateResponse(bytes: bytes) }
        }
    }

    @Test("a card session is a value: a snapshot goes on alone and is equal until then")
    func snapshots() throws {
        var pair = try Pair(try Situation(), level: .full)
        let wrapped = try pair.host.wrap(command)
        let snapshot = pair.card
        #expect(try pair.card.unwrap(wrapped) == command)
        #expect(pair.card != snapshot)
        var resumed = snapshot
        #expect(resumed == snapshot)
        #expect(try resumed.unwrap(wrapped) == command)
        #expect(resumed == pair.card)
        #expect(resumed.wrap(ResponseAPDU(.success, data: [5])) == pair.card.wrap(ResponseAPDU(.success, data: [5])))
    }

    @Test("snapshots of a session go on at many threads at once")
    func concurrentSnapshots() async throws {
        var pair = try Pair(try Situation(), level: .full)
        var wrapped: [CommandAPDU] = []
        for _ in 1...30 { wrapped.append(try pair.host.wrap(command)) }
        var card = pair.card
        _ = try card.unwrap(wrapped[0])
        let (snapshot, rest) = (card, Array(wrapped.dropFirst()))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 1...16 {
                group.addTask {
                    var session = snapshot
                    for wrapped in rest {
                        guard try session.unwrap(wrapped) == command else { return false }
                        guard session.wrap(ResponseAPDU(.success, data: [1])).data.count == 24 else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
