import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Secure channel sessions")
struct SessionTests {
    private static let read = GetStatusCommand(.issuerSecurityDomain).command

    private static func initializeUpdate(_ count: Int) -> CommandAPDU {
        InitializeUpdateCommand(keyVersion: nil, hostChallenge: [UInt8](repeating: 9, count: count)).command
    }

    private func isOpen(_ card: TestCard, _ channel: Int = 0) -> Bool {
        guard case .open? = card.element.channels[channel]?.session else { return false }
        return true
    }

    @Test(
        "every level that the implementation offers opens and carries commands; the others are refused with 6A86",
        arguments: [0x00, 0x10, 0x20, 0x30, 0x60, 0x70, 0x01, 0x11, 0x61, 0x71] as [UInt8], SecurityLevel.allCases)
    func levels(implementation: UInt8, level: SecurityLevel) throws {
        var card = try TestCard(implementation: implementation)
        let offer = card.element.memory.identity.implementation
        guard offer.supports(level) else {
            #expect(throws: SecureChannelError.levelNotSupported(level, by: offer)) {
                _ = try OpenSession(TestCard.central, &card, level: level, mode: offer.mode)
            }
            card.element.reset()
            let challenge = [UInt8](repeating: 7, count: offer.mode.length)
            _ = card.transmit(InitializeUpdateCommand(keyVersion: nil, hostChallenge: challenge).command)
            let asked = ExternalAuthenticateCommand(
                securityLevel: level.rawValue, cryptogramAndMAC: challenge + challenge)
            #expect(card.transmit(asked.command) == ResponseAPDU(.incorrectParameters))
            return
        }
        var session = try OpenSession(TestCard.central, &card, level: level, mode: offer.mode)
        for _ in 1...3 {
            let answer = try session.send(GetDataCommand.cardData.command, &card)
            #expect(answer == ResponseAPDU(.success, data: card.element.cardRecognitionData.bytes))
        }
        let managed = try session.send(Self.read, &card)
        #expect(managed.statusWord == (level.hasCommandMAC ? .success : .securityStatusNotSatisfied))
        guard level.hasCommandMAC else { return }
        try card.expectSuccess([session.send(TestCard.createDomain(TestCard.domain), &card).statusWord])
    }

    @Test("a command without secure messaging ends a session with a MAC, and 6982 answers it")
    func plainCommand() throws {
        var card = try TestCard()
        for plain in [Self.read, GetDataCommand.cardData.command, try CommandAPDU(hex: "8000000000")] {
            var session = try OpenSession(TestCard.central, &card)
            #expect(card.transmit(plain) == ResponseAPDU(.securityStatusNotSatisfied))
            #expect(!isOpen(card))
            #expect(try session.send(Self.read, &card).statusWord == .securityStatusNotSatisfied)
        }
    }

    @Test("any bit of a secured command that changes ends the session with 6982")
    func wrongMAC() throws {
        var card = try TestCard()
        var pristine = try OpenSession(TestCard.central, &card)
        let opened = card.element
        let wrapped = try pristine.wrap(Self.read)
        for index in wrapped.data.indices {
            var altered = wrapped
            altered.data[index] ^= 0x10
            card.element = opened
            #expect(card.transmit(altered) == ResponseAPDU(.securityStatusNotSatisfied))
            #expect(!isOpen(card))
            #expect(card.element.memory == opened.memory)
        }
        for change: (inout CommandAPDU) -> Void in [{ $0.p1 ^= 0x40 }, { $0.p2 ^= 0x01 }, { $0.instruction = 0xE2 }] {
            var altered = wrapped
            change(&altered)
            card.element = opened
            #expect(card.transmit(altered) == ResponseAPDU(.securityStatusNotSatisfied))
            #expect(!isOpen(card))
        }
        card.element = opened
        #expect(try pristine.unwrap(card.transmit(wrapped)).statusWord == .success)
    }

    @Test("a replayed command ends the session")
    func replay() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let wrapped = try session.wrap(TestCard.createDomain(TestCard.domain))
        #expect(try session.unwrap(card.transmit(wrapped)).statusWord == .success)
        let before = card.element.memory
        #expect(card.transmit(wrapped) == ResponseAPDU(.securityStatusNotSatisfied))
        #expect(!isOpen(card))
        #expect(card.element.memory == before)
    }

    @Test(
        "a recorded session is refused: the sequence counter, or chance, has moved on",
        arguments: [0x70, 0x60] as [UInt8])
    func replayedOpening(implementation: UInt8) throws {
        var card = try TestCard(implementation: implementation)
        let handshake = try SCP03Handshake(level: .full, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8])
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: card.transmit(initializeUpdate), keys: TestCard.centralKeys)
        let externalAuthenticate = pending.externalAuthenticate
        #expect(card.transmit(externalAuthenticate).statusWord == .success)
        #expect(card.transmit(initializeUpdate).statusWord == .success)
        #expect(card.transmit(externalAuthenticate) == ResponseAPDU(.hostCryptogramFailed))
        #expect(!isOpen(card))
    }

    @Test("SELECT, a reset, INITIALIZE UPDATE and EXTERNAL AUTHENTICATE out of turn each end the session")
    func endings() throws {
        let endings: [(String, (inout TestCard) throws -> Void)] = [
            ("SELECT of the same", { _ = $0.transmit(SelectCommand(TestCard.central).command) }),
            ("SELECT of another", { _ = $0.transmit(SelectCommand(CardConfiguration.walletCompanion).command) }),
            ("reset", { $0.element.reset() }),
            ("INITIALIZE UPDATE", { _ = $0.transmit(Self.initializeUpdate(8)) }),
            ("INITIALIZE UPDATE for another mode", { _ = $0.transmit(Self.initializeUpdate(16)) }),
            (
                "EXTERNAL AUTHENTICATE",
                {
                    let twice = [UInt8](repeating: 1, count: 16)
                    _ = $0.transmit(ExternalAuthenticateCommand(securityLevel: 0x33, cryptogramAndMAC: twice).command)
                }
            ),
        ]
        for (name, end) in endings {
            var card = try TestCard()
            _ = try OpenSession(TestCard.central, &card)
            try end(&card)
            #expect(!isOpen(card), "\(name)")
        }
    }

    @Test("a SELECT that finds nothing, and MANAGE CHANNEL, leave the session alone")
    func notEndings() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        card.expectRefusal(SelectCommand(name: [1, 2, 3, 4, 5]).command, .fileNotFound)
        #expect(card.transmit(ManageChannelCommand.open(channel: nil).command).statusWord == .success)
        #expect(try session.send(Self.read, &card).statusWord == .success)
    }

    @Test("sessions on four channels at once do not disturb each other, and closing a channel ends its session only")
    func severalChannels() throws {
        var card = try TestCard()
        try card.prePersonalize()
        for _ in 1...3 { _ = card.transmit(ManageChannelCommand.open(channel: nil).command) }
        var first = try OpenSession(TestCard.central, &card, channel: 0)
        var second = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, channel: 1)
        var third = try OpenSession(TestCard.central, &card, level: .commandMAC, channel: 2)
        var fourth = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, level: .full, channel: 3)
        for _ in 1...2 {
            #expect(try fourth.send(GetDataCommand.sequenceCounter.command, &card).statusWord == .success)
            #expect(try second.send(GetDataCommand.sequenceCounter.command, &card).statusWord == .success)
            #expect(try first.send(Self.read, &card).statusWord == .success)
            #expect(try third.send(Self.read, &card).statusWord == .success)
        }
        // What is secured for one channel is no use on another: the MAC chains differ.
        let stray = try second.wrap(GetDataCommand.sequenceCounter.command).on(3)
        #expect(card.transmit(stray).statusWord == .securityStatusNotSatisfied)
        #expect(!isOpen(card, 3) && isOpen(card, 1))
        #expect(card.transmit(ManageChannelCommand.close(channel: 2).command).statusWord == .success)
        #expect(try first.send(Self.read, &card).statusWord == .success)
        card.expectRefusal(try third.wrap(Self.read), .logicalChannelNotSupported)
    }

    @Test("an unknown key version is refused with 6A88, a P2 other than 00 with 6A86, other challenges with 6700")
    func initializeUpdateRefusals() throws {
        var card = try TestCard()
        try card.expectRefusal("80500200080102030405060708", .referencedDataNotFound)
        try card.expectRefusal("80500001080102030405060708", .incorrectParameters)
        try card.expectRefusal("80508000080102030405060708", .incorrectParameters)
        try card.expectRefusal("805000000701020304050607", .wrongLength)
        try card.expectRefusal("8050000009010203040506070809", .wrongLength)
        try card.expectRefusal("80500000100102030405060708090A0B0C0D0E0F10", .wrongLength)
        try card.expectRefusal("8050000000", .wrongLength)
        #expect(card.element.process(try CommandAPDU(hex: "80500100080102030405060708")).statusWord == .success)
    }

    @Test(
        "EXTERNAL AUTHENTICATE is refused for any wrong field, and voids the handshake"
    )
    func externalAuthenticateRefusals() throws {
        let changes: [(StatusWord, (inout CommandAPDU) -> Void)] = [
            (.wrongLength, { $0.data.removeLast() }), (.wrongLength, { $0.data.append(0) }),
            (.incorrectParameters, { $0.p1 = 0x02 }), (.incorrectParameters, { $0.p2 = 0x01 }),
            (.securityStatusNotSatisfied, { $0.classByte = 0x80 }),
            (.hostCryptogramFailed, { $0.data[0] ^= 0x01 }), (.securityStatusNotSatisfied, { $0.data[8] ^= 0x01 }),
            (.securityStatusNotSatisfied, { $0.p1 = 0x01 }),
        ]
        for (statusWord, change) in changes {
            var card = try TestCard()
            let handshake = try SCP03Handshake(level: .full, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8])
            let answer = card.transmit(handshake.initializeUpdate)
            let pending = try handshake.authenticated(by: answer, keys: TestCard.centralKeys)
            var altered = pending.externalAuthenticate
            change(&altered)
            let before = card.element.memory
            #expect(card.transmit(altered) == ResponseAPDU(statusWord))
            #expect(card.element.memory == before)
            card.expectRefusal(pending.externalAuthenticate, .conditionsOfUseNotSatisfied)
        }
    }

    @Test("an SD without keys opens with the keys of the SD above it, and the challenge is made for the SD asked")
    func inheritedKeys() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([TestCard.createDomain(TestCard.domain)]))
        var session = try OpenSession(TestCard.domain, &card)
        #expect(try session.send(GetStatusCommand(.applications).command, &card).statusWord == .success)
        card.element.reset()
        _ = card.transmit(SelectCommand(TestCard.domain).command)
        card.expectRefusal(GetDataCommand.sequenceCounter.command, .referencedDataNotFound)
        #expect(card.transmit(GetDataCommand.keyInformationTemplate.command).data == [0xE0, 0x00])
    }
}
