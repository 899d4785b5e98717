import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Sequence and failure counters")
struct CounterTests {
    private func counter(_ card: TestCard, _ version: KeyVersionNumber = .one) -> SequenceCounter? {
        card.element.memory.securityDomain(TestCard.central)?.sequenceCounters[version]
    }

    private func initializeUpdate(_ version: UInt8 = 0) -> CommandAPDU {
        CommandAPDU(0x80, 0x50, version, 0, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256)
    }

    @Test("the sequence counter moves at INITIALIZE UPDATE, whatever becomes of the session, and survives a reset")
    func movesAtInitializeUpdate() throws {
        var card = try TestCard()
        #expect(counter(card) == .zero)
        for value: UInt8 in 1...3 {
            let revision = card.element.persistentRevision
            let answer = card.transmit(initializeUpdate())
            #expect(answer.data.suffix(3) == [0, 0, value])
            #expect(card.element.persistentRevision != revision)
            card.element.reset()
            #expect(counter(card) == SequenceCounter(rawValue: UInt32(value)))
        }
        let told = card.transmit(GetDataCommand.sequenceCounter.command)
        #expect(told == ResponseAPDU(.success, data: [0xC1, 3, 0, 0, 3]))
        try card.expectRefusal("8050000007 01020304050607", .wrongLength)
        #expect(counter(card) == SequenceCounter(rawValue: 3))
    }

    @Test("a random challenge moves no counter, and two are different", arguments: [0x60, 0x00] as [UInt8])
    func randomChallenges(implementation: UInt8) throws {
        var card = try TestCard(implementation: implementation)
        let revision = card.element.persistentRevision
        let first = card.transmit(initializeUpdate())
        let second = card.transmit(initializeUpdate())
        #expect(first.data.count == 29 && first.data != second.data)
        #expect(counter(card) == .zero && card.element.persistentRevision == revision)
    }

    @Test("a counter at its maximum opens no session any more: 6985; another key set still does")
    func exhausted() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let putKey = session.putKey(TestCard.providerKeys, version: 0x02)
        try card.expectSuccess([session.send(putKey, &card).statusWord])
        card.element.memory.updateSecurityDomain(TestCard.central) {
            $0.sequenceCounters[.one] = SequenceCounter(rawValue: 0xFF_FFFE)
        }
        card.element.reset()
        #expect(card.transmit(initializeUpdate(1)).data.suffix(3) == [0xFF, 0xFF, 0xFF])
        card.element.reset()
        card.expectRefusal(initializeUpdate(1), .conditionsOfUseNotSatisfied)
        card.expectRefusal(initializeUpdate(0), .conditionsOfUseNotSatisfied)
        _ = try OpenSession(TestCard.central, &card, keys: TestCard.providerKeys, version: 0x02)
    }

    private func fail(_ card: inout TestCard) {
        _ = card.transmit(initializeUpdate())
        let wrong = ExternalAuthenticateCommand(
            securityLevel: 0x33, cryptogramAndMAC: [UInt8](repeating: 0xEE, count: 16))
        #expect(card.transmit(wrong.command) == ResponseAPDU(.hostCryptogramFailed))
    }

    @Test("three wrong cryptograms in a row block the security domain with 6983, over power loss too")
    func blocked() throws {
        var card = try TestCard(failuresMax: 3)
        for _ in 1...2 { fail(&card) }
        _ = try OpenSession(TestCard.central, &card)
        for _ in 1...2 { fail(&card) }
        card.element = try SecureElement(persistentState: card.element.persistentState)
        fail(&card)
        card.expectRefusal(initializeUpdate(), .authenticationMethodBlocked)
        card.element = try SecureElement(persistentState: card.element.persistentState)
        card.expectRefusal(initializeUpdate(), .authenticationMethodBlocked)
        // What needs no session goes on.
        #expect(card.transmit(GetDataCommand.cardData.command).statusWord == .success)
    }

    @Test("handshakes begun on other channels before the block do not open afterwards")
    func blockedOnEveryChannel() throws {
        var card = try TestCard(failuresMax: 1)
        _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
        let handshake = try SCP03Handshake(level: .full, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8], logicalChannel: 1)
        let answer = card.transmit(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: answer, keys: TestCard.centralKeys)
        fail(&card)
        #expect(card.transmit(pending.externalAuthenticate) == ResponseAPDU(.authenticationMethodBlocked))
    }

    @Test("without a maximum, failures are not counted and nothing is written for them")
    func unlimited() throws {
        var card = try TestCard(implementation: 0x60)
        let before = card.element.memory
        for _ in 1...20 { fail(&card) }
        #expect(card.element.memory == before && card.element.persistentRevision == 0)
    }

    @Test("the failures of one security domain do not block another")
    func perSecurityDomain() throws {
        var card = try TestCard(failuresMax: 1)
        try card.prePersonalize()
        _ = card.transmit(SelectCommand(TestCard.domain).command)
        fail(&card)
        card.expectRefusal(initializeUpdate(), .authenticationMethodBlocked)
        _ = try OpenSession(TestCard.central, &card)
    }
}
