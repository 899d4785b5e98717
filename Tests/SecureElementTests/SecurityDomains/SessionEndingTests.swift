import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// One way to end a session.
struct SessionEnding: Sendable, CustomTestStringConvertible {
    let name: String
    /// What the card answers, where that is the point.
    var statusWord: StatusWord?
    let end: @Sendable (inout TestCard, inout AnySession) throws -> ResponseAPDU

    var testDescription: String { name }
}

/// What ends a session, one by one, in both protocols: the next command needs a new one.
@Suite("What ends a session")
struct SessionEndingTests {
    private static let read = GetStatusCommand(.issuerSecurityDomain).command

    static let endings: [SessionEnding] = [
        SessionEnding(name: "SELECT of the same security domain", statusWord: .success) { card, session in
            card.transmit(SelectCommand(TestCard.central).command, session.channel)
        },
        SessionEnding(name: "SELECT of an application", statusWord: .success) { card, session in
            card.transmit(SelectCommand(CardConfiguration.walletCompanion).command, session.channel)
        },
        SessionEnding(name: "a wrong C-MAC", statusWord: .securityStatusNotSatisfied) { card, session in
            var wrong = try session.wrap(read)
            wrong.data[wrong.data.count - 1] ^= 0x01
            return card.transmit(wrong)
        },
        SessionEnding(name: "a replayed command", statusWord: .securityStatusNotSatisfied) { card, session in
            let command = try session.wrap(read)
            _ = try session.unwrap(card.transmit(command))
            return card.transmit(command)
        },
        SessionEnding(name: "a command without C-MAC", statusWord: .securityStatusNotSatisfied) { card, session in
            card.transmit(read, session.channel)
        },
        SessionEnding(name: "a public command without C-MAC", statusWord: .securityStatusNotSatisfied) {
            card, session in
            card.transmit(GetDataCommand.cardData.command, session.channel)
        },
        SessionEnding(name: "a C-MAC too short", statusWord: .securityStatusNotSatisfied) { card, session in
            var wrong = try session.wrap(read)
            wrong.data = Array(wrong.data.suffix(7))
            return card.transmit(wrong)
        },
        SessionEnding(name: "INITIALIZE UPDATE") { card, session in
            card.transmit(
                CommandAPDU(0x80, 0x50, 0x00, 0x00, data: [UInt8](repeating: 1, count: 8)), session.channel)
        },
        SessionEnding(name: "EXTERNAL AUTHENTICATE out of turn", statusWord: .conditionsOfUseNotSatisfied) {
            card, session in
            card.transmit(
                CommandAPDU(0x84, 0x82, 0x03, 0x00, data: [UInt8](repeating: 1, count: 16)), session.channel)
        },
        SessionEnding(name: "a broken chain", statusWord: .lastCommandOfChainExpected) { card, session in
            _ = card.transmit(
                CommandAPDU(0x84, 0xD8, 0x80, 0x81, data: [UInt8](repeating: 1, count: 255)), session.channel)
            return card.transmit(try session.wrap(read))
        },
        SessionEnding(name: "DELETE of its keys", statusWord: .success) { card, session in
            let version: KeyVersionNumber = session.protocolIdentifier == 0x02 ? 0x20 : 0x01
            return try session.send(DeleteCommand.key(identifier: nil, version: version).command, &card)
        },
        SessionEnding(name: "DELETE of one of its keys", statusWord: .success) { card, session in
            let version: KeyVersionNumber = session.protocolIdentifier == 0x02 ? 0x20 : 0x01
            return try session.send(DeleteCommand.key(identifier: .mac, version: version).command, &card)
        },
        SessionEnding(name: "MANAGE CHANNEL that closes its channel", statusWord: .success) { card, session in
            card.transmit(ManageChannelCommand.close(channel: UInt8(session.channel)).command)
        },
        SessionEnding(name: "reset") { card, _ in
            card.element.reset()
            return ResponseAPDU(.success)
        },
    ]

    private static func open(_ identifier: UInt8, _ card: inout TestCard) throws -> AnySession {
        _ = card.transmit(ManageChannelCommand.open(channel: nil).command)
        return identifier == 0x02
            ? try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20, channel: 1)
            : try AnySession(TestCard.central, &card, keys: .scp03(TestCard.centralKeys), version: 0x01, channel: 1)
    }

    @Test(
        "the next command of the session is refused, and a new session opens", arguments: endings,
        [0x02, 0x03] as [UInt8])
    func ends(ending: SessionEnding, identifier: UInt8) throws {
        var card = try TestCard(scp02: 0x15)
        var session = try Self.open(identifier, &card)
        #expect(try session.send(Self.read, &card).statusWord == .success)
        let response = try ending.end(&card, &session)
        if let statusWord = ending.statusWord { #expect(response.statusWord == statusWord) }
        if case .open? = card.element.channels[1]?.session { Issue.record("a session is still open") }
        let late = card.transmit(try session.wrap(Self.read))
        #expect(late.data.isEmpty && late.statusWord.isRefusal)
        // Whatever it was: a new session, with the keys that are left.
        if card.element.channels[1] == nil { _ = card.transmit(ManageChannelCommand.open(channel: 1).command) }
        let isLeft = card.element.memory.securityDomain(TestCard.central)?.keySet(0x01) != nil
        var next = try AnySession(
            TestCard.central, &card, keys: isLeft ? .scp03(TestCard.centralKeys) : TestCard.desKeys,
            version: isLeft ? 0x01 : 0x20, channel: 1)
        #expect(try next.send(Self.read, &card).statusWord == .success)
    }

    @Test(
        "what does not end a session: refusals, other channels, keys that are put or deleted beside its own",
        arguments: [0x02, 0x03] as [UInt8])
    func notEndings(identifier: UInt8) throws {
        var card = try TestCard(scp02: 0x15)
        var session = try Self.open(identifier, &card)
        card.expectRefusal(SelectCommand(name: [1, 2, 3, 4, 5]).command.on(1), .fileNotFound)
        #expect(card.transmit(SelectCommand(TestCard.central).command, 0).statusWord == .success)
        #expect(card.transmit(ManageChannelCommand.open(channel: 2).command).statusWord == .success)
        #expect(card.transmit(ManageChannelCommand.close(channel: 2).command).statusWord == .success)
        let unknown = DeleteCommand.key(identifier: nil, version: 0x44).command
        #expect(try session.send(unknown, &card) == ResponseAPDU(.referencedDataNotFound))
        let keys: SecureChannelKeySet = identifier == 0x02 ? TestCard.desKeys : .scp03(TestCard.centralKeys)
        let own: KeyVersionNumber = identifier == 0x02 ? 0x20 : 0x01
        let beside: KeyVersionNumber = identifier == 0x02 ? 0x01 : 0x20
        try card.expectSuccess([session.send(session.putKey(keys, version: 0x33), &card).statusWord])
        try card.expectSuccess([session.send(session.putKey(keys, version: own, replacing: own), &card).statusWord])
        let delete = DeleteCommand.key(identifier: nil, version: beside).command
        try card.expectSuccess([session.send(delete, &card).statusWord])
        #expect(try session.send(Self.read, &card).statusWord == .success)
    }

    @Test("sessions of both protocols, with several security domains, go on side by side; deleted keys end theirs only")
    func sideBySide() throws {
        var card = try TestCard(scp02: 0x55)
        try card.prePersonalize()
        try card.speakSCP02(0x55, in: TestCard.domain)
        for _ in 1...3 { _ = card.transmit(ManageChannelCommand.open(channel: nil).command) }
        var first = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20, channel: 0)
        var second = try AnySession(
            TestCard.domain, &card, keys: .scp03(TestCard.temporaryKeys), version: 0x30, level: .full, channel: 1)
        var third = try AnySession(TestCard.domain, &card, keys: TestCard.desKeys, version: 0x20, channel: 2)
        var fourth = try AnySession(
            TestCard.central, &card, keys: .scp03(TestCard.centralKeys), version: 0x01, channel: 3)
        let counter = GetDataCommand.sequenceCounter.command
        for _ in 1...2 {
            #expect(try fourth.send(counter, &card).statusWord == .success)
            #expect(try third.send(counter, &card).statusWord == .success)
            #expect(try second.send(counter, &card).statusWord == .success)
            #expect(try first.send(counter, &card).statusWord == .success)
        }
        let delete = DeleteCommand.key(identifier: nil, version: 0x20).command
        #expect(try second.send(delete, &card).statusWord == .success)
        #expect(card.transmit(try third.wrap(counter)) == ResponseAPDU(.securityStatusNotSatisfied))
        #expect(try first.send(counter, &card).statusWord == .success, "the same version of another security domain")
        #expect(try second.send(counter, &card).statusWord == .success)
        #expect(try fourth.send(counter, &card).statusWord == .success)
    }
}
