import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("The life of the card")
struct CardLifeCycleTests {
    private func card(_ state: CardLifeCycle) -> CommandAPDU { SetStatusCommand.card(state).command }

    @Test("a locked card answers SELECT of its issuer security domain with 6283, and of nothing else")
    func locked() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(card.manage([self.card(.cardLocked)]))
        card.element.reset()
        let selection = card.transmit(SelectCommand(TestCard.central).command)
        #expect(selection.statusWord == .selectedFileInvalidated && selection.data.first == 0x6F)
        for other in [
            TestCard.domain, CardConfiguration.walletCompanion, CardConfiguration.paymentSystemEnvironment,
        ] {
            card.expectRefusal(SelectCommand(other).command, .fileNotFound)
        }
        card.expectRefusal(ManageChannelCommand.open(channel: nil).command, .functionNotSupported)
        #expect(card.transmit(GetDataCommand.cardData.command).statusWord == .success)
    }

    @Test("a locked card tells its status and can be unlocked or terminated; every other command is 6985")
    func lockedCommands() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(card.manage([self.card(.cardLocked)]))
        let session = try OpenSession(TestCard.central, &card)
        try card.expectRefusals(
            [
                TestCard.createDomain(TestCard.otherDomain), Package().announcement(),
                InstallCommand.forPersonalization(application: TestCard.instance).command,
                SetStatusCommand.lock(TestCard.instance).command,
                DeleteCommand.object(TestCard.instance, withRelated: false).command,
                session.putKey(TestCard.providerKeys, version: 2),
                StoreDataCommand(data: [0x42, 0], blockNumber: 0, isLastBlock: true, structure: .berTLV).command,
                self.card(.cardLocked), self.card(.initialized), self.card(.opReady),
            ].map { ($0, .conditionsOfUseNotSatisfied) })
        let status = try card.responses([GetStatusCommand(.issuerSecurityDomain).command])[0]
        #expect(try RegistryEntry.entries(tlv: status.data)[0].lifeCycle == 0x7F)
        try card.expectSuccess(card.manage([self.card(.secured), TestCard.createDomain(TestCard.otherDomain)]))
        #expect(card.transmit(SelectCommand(TestCard.domain).command).statusWord == .success)
    }

    @Test("a card lock closes the other channels and deselects what runs on the basic one")
    func lockClosesChannels() throws {
        var card = try TestCard()
        for _ in 1...3 { _ = card.transmit(ManageChannelCommand.open(channel: nil).command) }
        _ = card.transmit(SelectCommand(CardConfiguration.walletCompanion).command)
        _ = card.transmit(SelectCommand(CardConfiguration.paymentSystemEnvironment).command, 1)
        var session = try OpenSession(TestCard.central, &card, channel: 2)
        #expect(try session.send(self.card(.cardLocked), &card).statusWord == .success)
        #expect(card.element.channels[0] == LogicalChannel(selected: TestCard.central))
        #expect(card.element.channels[1] == nil && card.element.channels[3] == nil)
        #expect(try session.send(self.card(.secured), &card).statusWord == .success)
    }

    @Test("a terminated card tells data objects, to everybody for ever, and nothing else")
    func terminated() throws {
        for locked in [false, true] {
            var card = try TestCard()
            _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
            _ = card.transmit(SelectCommand(CardConfiguration.walletCompanion).command, 1)
            if locked { try card.expectSuccess(card.manage([self.card(.cardLocked)])) }
            var session = try OpenSession(TestCard.central, &card)
            #expect(try session.send(self.card(.terminated), &card) == ResponseAPDU(.success))
            #expect(card.element.channels[1] == nil)
            for _ in 1...2 {
                card.expectRefusal(SelectCommand(TestCard.central).command, .conditionsOfUseNotSatisfied)
                try card.expectRefusal("80500000080102030405060708", .conditionsOfUseNotSatisfied)
                card.expectRefusal(ManageChannelCommand.open(channel: nil).command, .conditionsOfUseNotSatisfied)
                card.expectRefusal(try session.wrap(self.card(.secured)), .conditionsOfUseNotSatisfied)
                #expect(
                    card.transmit(GetDataCommand.cardImageNumber.command).data == [0x45, 8, 1, 2, 3, 4, 5, 6, 7, 8])
                card.element = try SecureElement(persistentState: card.element.persistentState)
            }
        }
    }

    @Test("from SECURED there is no way back, and a card that is not locked is not unlocked")
    func transitions() throws {
        var card = try TestCard()
        try card.expectRefusals(
            [CardLifeCycle.opReady, .initialized, .secured].map { (self.card($0), .conditionsOfUseNotSatisfied) })
    }

    @Test("a card in OP_READY becomes INITIALIZED and SECURED in turn")
    func manufacturing() throws {
        var card = try TestCard()
        card.element.memory.lifeCycle = .opReady
        try card.expectRefusals([
            (self.card(.secured), .conditionsOfUseNotSatisfied), (self.card(.cardLocked), .conditionsOfUseNotSatisfied),
        ])
        try card.expectSuccess(card.manage([self.card(.initialized), self.card(.secured)]))
        #expect(card.element.memory.lifeCycle == .secured)
    }

    @Test("an SP SD neither locks nor terminates the card")
    func serviceProvider() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectRefusals(
            CardLifeCycle.allCases.map { (self.card($0), .conditionsOfUseNotSatisfied) }, in: TestCard.domain,
            keys: TestCard.temporaryKeys)
    }
}
