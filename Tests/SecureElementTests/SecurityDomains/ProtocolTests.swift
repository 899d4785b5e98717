import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("SCP02 and SCP03 on one card")
struct ProtocolTests {
    private static let status = GetStatusCommand(.issuerSecurityDomain).command

    /// The level of SCP02 with the most that an implementation has.
    private static func levels(_ parameter: UInt8) -> [SecurityLevel] {
        guard let scp02 = SCP02Implementation(rawValue: parameter) else { return [] }
        return SecurityLevel.allCases.filter { SCP02SecurityLevel($0).map(scp02.supports) ?? false }
    }

    @Test(
        "the keys of the version decide the protocol, at every level that its parameter offers",
        arguments: [0x15, 0x55, 0x04, 0x05, 0x14, 0x45, 0x35, 0x75] as [UInt8])
    func levels(parameter: UInt8) throws {
        for level in Self.levels(parameter) {
            var card = try TestCard(scp02: parameter)
            var session = try AnySession(
                TestCard.central, &card, keys: card.desKeys(), version: 0x20, level: level)
            #expect(session.protocolIdentifier == 0x02)
            let expected: StatusWord = level.hasCommandMAC ? .success : .securityStatusNotSatisfied
            #expect(try session.send(Self.status, &card).statusWord == expected)
            var other = try AnySession(
                TestCard.central, &card, keys: .scp03(TestCard.centralKeys), version: 0x01, level: level)
            #expect(other.protocolIdentifier == 0x03)
            #expect(try other.send(Self.status, &card).statusWord == expected)
        }
    }

    @Test("a card without SCP02 opens no session with DES keys: 6A88")
    func withoutSCP02() throws {
        var card = try TestCard(scp02: 0x15)
        card.element.memory.identity.scp02 = nil
        #expect(throws: SecureChannelError.cardRefused(.referencedDataNotFound)) {
            _ = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        }
    }

    @Test("every SD role opens sessions of both protocols, in S8 and S16 mode, at every level")
    func everyRole() throws {
        var opened = 0
        for configuration in [
            CardConfiguration.embedded, CardConfiguration(.uiccWithThirdParty),
            CardConfiguration(.embeddedWithThirdParty),
        ] {
            for entry in configuration.securityDomains {
                for mode in SCP03Mode.allCases {
                    var card = try TestCard(configuration, implementation: mode == .s8 ? 0x70 : 0x71)
                    try card.speakSCP02(0x75, in: entry.aid)
                    for level in SecurityLevel.allCases {
                        _ = try AnySession(
                            entry.aid, &card, keys: .scp03(TestCard.keys(of: entry.aid)), version: 0x01, level: level,
                            mode: mode)
                        opened += 1
                        guard mode == .s8, level != .full else { continue }
                        _ = try AnySession(entry.aid, &card, keys: TestCard.desKeys, version: 0x20, level: level)
                        opened += 1
                    }
                }
            }
        }
        #expect(opened > 150)
    }

    @Test(
        "both protocols stand in card recognition data and capabilities, the default keys' first; C1 has three bytes in both"
    )
    func cardData() throws {
        var card = try TestCard(scp02: 0x55)
        func recognized() throws -> [UInt8] {
            try CardRecognitionData(bytes: card.transmit(GetDataCommand.cardData.command).data)
                .secureChannels.flatMap { [$0.identifier, $0.implementation] }
        }
        #expect(try recognized() == [0x03, 0x70, 0x02, 0x55])
        let capability = try CardCapabilityInformation(
            bytes: card.transmit(GetDataCommand.cardCapabilityInformation.command).data)
        #expect(capability.secureChannels.map(\.identifier) == [0x03, 0x02])
        #expect(capability.secureChannels[1].implementations == [0x55])
        #expect(card.transmit(GetDataCommand.sequenceCounter.command).data == [0xC1, 3, 0, 0, 0])
        var session = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        let delete = DeleteCommand.key(identifier: nil, version: 0x01).command
        try card.expectSuccess([session.send(delete, &card).statusWord])
        card.element.reset()
        #expect(try recognized() == [0x02, 0x55, 0x03, 0x70])
        #expect(card.transmit(GetDataCommand.sequenceCounter.command).data == [0xC1, 3, 0, 0, 1])
    }

    @Test("SCP02 counts sessions that open, not those that are asked for; after FFFF comes none")
    func counter() throws {
        var card = try TestCard(scp02: 0x15)
        func counted() -> UInt32? {
            card.element.memory.securityDomain(TestCard.central)?.sequenceCounters[0x20]?.rawValue
        }
        let ask = CommandAPDU(0x80, 0x50, 0x20, 0x00, data: [UInt8](repeating: 1, count: 8), expectedLength: 256)
        _ = card.transmit(SelectCommand(TestCard.central).command)
        let first = try SCP02InitializeUpdateResponse(bytes: card.transmit(ask).data)
        #expect(first.sequenceCounter == .zero && counted() == 0)
        #expect(
            card.transmit(CommandAPDU(0x84, 0x82, 0x01, 0x00, data: [UInt8](repeating: 0, count: 16))).statusWord
                == 0x6300)
        #expect(counted() == 0)
        _ = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        #expect(counted() == 1)
        card.element.memory.updateSecurityDomain(TestCard.central) {
            $0.sequenceCounters[0x20] = SequenceCounter(rawValue: 0xFFFF)
        }
        _ = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        #expect(counted() == 0x1_0000)
        let before = card.element.memory
        #expect(card.transmit(ask) == ResponseAPDU(.conditionsOfUseNotSatisfied))
        #expect(card.element.memory == before)
        #expect(try SecureElement(persistentState: card.element.persistentState).memory == before)
        _ = try OpenSession(TestCard.central, &card, version: 0x01)
    }

    @Test("the tries of an SD are one count for both protocols; a session of either begins it again")
    func tries() throws {
        var card = try TestCard(scp02: 0x15, failuresMax: 3)
        func fail(_ version: UInt8) -> StatusWord {
            let ask = CommandAPDU(0x80, 0x50, version, 0x00, data: [UInt8](repeating: 1, count: 8), expectedLength: 256)
            guard card.transmit(ask).statusWord == .success else { return card.transmit(ask).statusWord }
            let wrong = CommandAPDU(0x84, 0x82, 0x01, 0x00, data: [UInt8](repeating: 0, count: 16))
            return card.transmit(wrong).statusWord
        }
        #expect(fail(0x01) == 0x6300 && fail(0x20) == 0x6300)
        _ = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        #expect(fail(0x20) == 0x6300 && fail(0x01) == 0x6300 && fail(0x20) == 0x6300)
        #expect(fail(0x01) == .authenticationMethodBlocked && fail(0x20) == .authenticationMethodBlocked)
    }

    @Test("the parameter of SCP02 is kept in the card's file, and a file without one reads as before")
    func state() throws {
        let card = try TestCard(scp02: 0x1A)
        let read = try SecureElement(persistentState: card.element.persistentState)
        #expect(read.memory == card.element.memory && read.memory.identity.scp02?.rawValue == 0x1A)
        let older = try TestCard()
        #expect(try SecureElement(persistentState: older.element.persistentState).memory.identity.scp02 == nil)
    }

    @Test("BEGIN and END R-MAC SESSION in a session of SCP02; in SCP03 they are unknown")
    func responseMAC() throws {
        var card = try TestCard(scp02: 0x75)
        _ = card.transmit(SelectCommand(TestCard.central).command)
        let handshake = try SCP02Handshake(
            level: .commandMAC, implementation: .init(rawValue: 0x75) ?? .i15, keyVersionNumber: 0x20,
            hostChallenge: [UInt8](repeating: 7, count: 8))
        guard case .scp02(let keys) = TestCard.desKeys else { return }
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: card.transmit(initializeUpdate), keys: keys)
        let externalAuthenticate = pending.externalAuthenticate
        var session = try pending.opened(by: card.transmit(externalAuthenticate))
        let begin = try session.wrap(ResponseMACSessionCommand.begin(.everyResponse, data: [1]))
        #expect(try session.unwrap(card.transmit(begin)) == ResponseAPDU(.success))
        let answer = card.transmit(try session.wrap(Self.status))
        let bare = try session.unwrap(answer)
        #expect(answer.data.count == bare.data.count + 8)
        let end = card.transmit(try session.wrap(ResponseMACSessionCommand.end(isOver: true)))
        #expect(end.data.count == 8)
        #expect(try session.unwrap(end) == ResponseAPDU(.success))
        #expect(card.transmit(try session.wrap(Self.status)) == bare)
        var other = try OpenSession(TestCard.central, &card, version: 0x01)
        let command = ResponseMACSessionCommand.begin(.everyResponse, data: []).command
        #expect(try other.send(command, &card).statusWord == .instructionNotSupported)
    }
}

@Suite("Implicit initiation on the card")
struct ImplicitInitiationTests {
    private func card(_ parameter: UInt8, failuresMax: Int? = nil) throws -> TestCard {
        var card = try TestCard(scp02: parameter, failuresMax: failuresMax)
        card.element.memory.updateSecurityDomain(TestCard.central) { $0.delete { $0.version == 0x01 } }
        _ = card.transmit(SelectCommand(TestCard.central).command)
        return card
    }

    private func session(_ card: TestCard, counter: UInt16 = 0) throws -> SCP02Session {
        guard case .scp02(let keys) = try card.desKeys(), let scp02 = card.element.memory.identity.scp02 else {
            throw CardRefused(.referencedDataNotFound)
        }
        return SCP02Session(
            implicit: scp02, keys: keys, counter: SCP02SequenceCounter(rawValue: counter), invoker: TestCard.central)
    }

    private static let status = GetStatusCommand(.issuerSecurityDomain).command

    @Test(
        "the first command with a C-MAC opens the session and moves the counter",
        arguments: [0x0A, 0x0B, 0x1A, 0x1B] as [UInt8])
    func opening(parameter: UInt8) throws {
        var card = try card(parameter)
        var session = try session(card)
        for _ in 0..<3 {
            #expect(try session.unwrap(card.transmit(session.wrap(Self.status))).statusWord == .success)
        }
        #expect(card.element.memory.securityDomain(TestCard.central)?.sequenceCounters[0x20]?.rawValue == 1)
        let ask = CommandAPDU(0x80, 0x50, 0x20, 0x00, data: [UInt8](repeating: 1, count: 8))
        #expect(card.transmit(ask) == ResponseAPDU(.conditionsOfUseNotSatisfied))
    }

    @Test("a first command that is refused has opened the session all the same: its keys never come again")
    func refusedFirstCommand() throws {
        var card = try card(0x1A)
        var session = try session(card)
        let refused = try session.wrap(DeleteCommand.key(identifier: nil, version: 0x44).command)
        #expect(card.transmit(refused) == ResponseAPDU(.referencedDataNotFound))
        #expect(card.element.memory.securityDomain(TestCard.central)?.sequenceCounters[0x20]?.rawValue == 1)
        #expect(card.transmit(try session.wrap(Self.status)).statusWord == .success)
        card.element.reset()
        #expect(card.transmit(refused) == ResponseAPDU(.securityStatusNotSatisfied), "a replay opens nothing")
    }

    @Test("a wrong C-MAC opens nothing and costs a try; a part of a chain opens nothing")
    func wrongMAC() throws {
        var card = try card(0x1A, failuresMax: 2)
        var session = try session(card)
        var wrong = try session.wrap(Self.status)
        wrong.data[0] ^= 1
        #expect(card.transmit(wrong) == ResponseAPDU(.securityStatusNotSatisfied))
        #expect(card.element.memory.securityDomain(TestCard.central)?.authenticationFailures == 1)
        #expect(card.element.memory.securityDomain(TestCard.central)?.sequenceCounters[0x20] == .zero)
        let part = CommandAPDU(0x84, 0xD8, 0x80, 0x81, data: [UInt8](repeating: 0, count: 255))
        #expect(card.transmit(part) == ResponseAPDU(.securityStatusNotSatisfied))
        #expect(card.transmit(wrong) == ResponseAPDU(.securityStatusNotSatisfied))
        var right = try self.session(card)
        #expect(card.transmit(try right.wrap(Self.status)) == ResponseAPDU(.authenticationMethodBlocked))
    }
}

@Suite("Cards that leave the factory with DES keys")
struct DESCardTests {
    private static func card(_ parameter: UInt8) throws -> (TestCard, SecureChannelKeySet) {
        var card = try TestCard()
        var identity = card.element.memory.identity
        identity.scp02 = SCP02Implementation(rawValue: parameter)
        card.element = SecureElement.manufacture(
            .embedded, identity: identity, random: SeededRandomSource(seed: 99), channelKeys: { _ in TestCard.desKeys })
        return (card, try card.desKeys())
    }

    @Test(
        "speak SCP02 by default, take AES keys, and speak SCP03 with them",
        arguments: [0x15, 0x55, 0x04, 0x14] as [UInt8])
    func delivered(parameter: UInt8) throws {
        var (card, keys) = try Self.card(parameter)
        let hasThreeKeys = parameter & 0x01 != 0
        #expect(card.element.inventory.scp02Implementation == [parameter].hex)
        #expect(
            card.element.inventory.applications[0].keys.flatMap(\.keys).map(\.type)
                == [String](repeating: "80", count: hasThreeKeys ? 3 : 1))
        var session = try AnySession(TestCard.central, &card, keys: keys)
        #expect(session.protocolIdentifier == 0x02)
        let aes = SecureChannelKeySet.scp03(TestCard.keySet(0x30))
        try card.expectSuccess([session.send(session.putKey(aes, version: 0x30), &card).statusWord])
        let delete = DeleteCommand.key(identifier: nil, version: 0x01).command
        var other = try AnySession(TestCard.central, &card, keys: aes, version: 0x30, level: .full)
        try card.expectSuccess([other.send(delete, &card).statusWord])
        #expect(try AnySession(TestCard.central, &card, keys: aes).protocolIdentifier == 0x03)
    }

    @Test("bring a service provider's security domain into being, which is opened with their keys until it has its own")
    func securityDomain() throws {
        var (card, keys) = try Self.card(0x55)
        var session = try AnySession(TestCard.central, &card, keys: keys)
        try card.expectSuccess([session.send(TestCard.createDomain(TestCard.domain), &card).statusWord])
        var other = try AnySession(TestCard.domain, &card, keys: keys)
        let own = SecureChannelKeySet.tripleDES(TestCard.providerKeys)
        try card.expectSuccess([other.send(other.putKey(own, version: 0x21), &card).statusWord])
        #expect(try card.application(TestCard.domain).lifeCycle == 0x0F)
        #expect(try AnySession(TestCard.domain, &card, keys: own).protocolIdentifier == 0x02)
    }
}
