import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Sessions with keys that are not in force any more")
struct OutdatedSessionTests {
    private static let status = GetStatusCommand(.applications).command

    /// A session with the SP SD on channel 1 that somebody keeps.
    private static func keep(_ card: inout TestCard, _ keys: SCP03KeySet) throws -> OpenSession {
        if card.element.process(SelectCommand(TestCard.domain).command.on(1)).statusWord == .logicalChannelNotSupported
        {
            _ = card.element.process(ManageChannelCommand.open(channel: nil).command)
        }
        return try OpenSession(TestCard.domain, &card, keys: keys, channel: 1)
    }

    @Test("TSM-20 a session that was opened with the temporary keys is over when the provider's are in place")
    func rotation() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var kept = try Self.keep(&card, TestCard.temporaryKeys)
        #expect(try kept.send(Self.status, &card).statusWord == .success)
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let putKey = session.putKey(TestCard.providerKeys, version: 0x31, replacing: 0x30)
        #expect(try session.send(putKey, &card).statusWord == .success)
        #expect(card.element.process(try kept.wrap(Self.status)) == ResponseAPDU(.securityStatusNotSatisfied))
        #expect(try session.send(Self.status, &card).statusWord == .success, "whoever put the keys goes on")
    }

    @Test("so is one that ran with the keys of the SD above, when the SD gets its first")
    func firstKeys() throws {
        var card = try TestCard()
        #expect(try card.manage([TestCard.createDomain(TestCard.domain)]) == [.success])
        var kept = try Self.keep(&card, TestCard.centralKeys)
        var session = try OpenSession(TestCard.domain, &card)
        #expect(try session.send(session.putKey(TestCard.temporaryKeys, version: 0x30), &card).statusWord == .success)
        #expect(card.element.process(try kept.wrap(Self.status)) == ResponseAPDU(.securityStatusNotSatisfied))
    }

    @Test("a session with keys that stay, and one with another SD, go on")
    func others() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var kept = try Self.keep(&card, TestCard.temporaryKeys)
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let putKey = session.putKey(TestCard.providerKeys, version: 0x31)
        #expect(try session.send(putKey, &card).statusWord == .success)
        #expect(try kept.send(Self.status, &card).statusWord == .success)
        var central = try OpenSession(TestCard.central, &card, channel: 1)
        var rotating = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, version: 0x30)
        let replacing = rotating.putKey(TestCard.keySet(0x70), version: 0x32, replacing: 0x30)
        #expect(try rotating.send(replacing, &card).statusWord == .success)
        #expect(try !central.send(Self.status, &card).statusWord.isRefusal)
    }
}
