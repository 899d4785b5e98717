import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("SET STATUS of applications and security domains")
struct SetStatusTests {
    private func lock(_ aid: AID) -> CommandAPDU { SetStatusCommand.lock(aid).command }
    private func unlock(_ aid: AID) -> CommandAPDU { SetStatusCommand.unlock(aid).command }

    @Test("a lock remembers the state below it, and a second one is refused with 6985, as is a second unlock")
    func lockAndUnlock() throws {
        var card = try TestCard()
        try card.prePersonalize()
        for (aid, state) in [(TestCard.instance, 0x03), (TestCard.domain, 0x0F)] as [(AID, UInt8)] {
            try card.expectRefusals([(unlock(aid), .conditionsOfUseNotSatisfied)])
            try card.expectSuccess(card.manage([lock(aid)]))
            #expect(try card.application(aid).lifeCycle == state | 0x80)
            try card.expectRefusals([(lock(aid), .conditionsOfUseNotSatisfied)])
            try card.expectSuccess(card.manage([unlock(aid)]))
            #expect(try card.application(aid).lifeCycle == state)
        }
    }

    @Test(
        "TSM-20 TSM-22 a provider locks and unlocks its own application, no other, and not what the central SD locked")
    func provider() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance)
        try card.expectRefusals(
            [
                TestCard.otherInstance, TestCard.otherDomain, TestCard.central, CardConfiguration.walletCompanion,
                CardConfiguration.paymentSystemEnvironment, "F053450001",
            ].map { (lock($0), .referencedDataNotFound) }, in: TestCard.domain, keys: TestCard.temporaryKeys)
        try card.expectSuccess(
            card.manage(
                [lock(TestCard.instance), unlock(TestCard.instance), lock(TestCard.instance)], in: TestCard.domain,
                keys: TestCard.temporaryKeys))
        try card.expectSuccess(card.manage([unlock(TestCard.instance), lock(TestCard.instance)]))
        try card.expectRefusals(
            [(unlock(TestCard.instance), .conditionsOfUseNotSatisfied)], in: TestCard.domain,
            keys: TestCard.temporaryKeys)
    }

    @Test("TSM-31 the companions are not locked, nor is the central SD")
    func companions() throws {
        var card = try TestCard()
        try card.expectRefusals(
            [CardConfiguration.paymentSystemEnvironment, CardConfiguration.walletCompanion, TestCard.central].map {
                (lock($0), .conditionsOfUseNotSatisfied)
            })
    }

    @Test("P1 60 locks a security domain with all its applications, and unlocks them together")
    func domainAndApplications() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let before = card.element.memory.applications
        func both(_ state: UInt8, _ aid: AID = TestCard.domain) -> CommandAPDU {
            SetStatusCommand.securityDomainAndApplications(aid, state: state).command
        }
        try card.expectSuccess(card.manage([lock(TestCard.instance), both(0x80)]))
        #expect(try card.application(TestCard.domain).isLocked && card.application(TestCard.instance).isLocked)
        card.expectRefusal(SelectCommand(TestCard.domain).command, .fileNotFound)
        try card.expectSuccess(card.manage([both(0x00)]))
        #expect(card.element.memory.applications.map(\.lifeCycle) == before.map(\.lifeCycle))
        try card.expectRefusals([
            (both(0x00), .conditionsOfUseNotSatisfied), (both(0x80, TestCard.instance), .referencedDataNotFound),
            (both(0x80, TestCard.otherDomain), .referencedDataNotFound),
            (both(0x80, TestCard.central), .conditionsOfUseNotSatisfied),
        ])
    }

    @Test("what is locked while it is selected on another channel is deselected there, with its session")
    func selectedElsewhere() throws {
        var card = try TestCard()
        try card.prePersonalize()
        _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
        var provider = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, channel: 1)
        try card.expectSuccess(card.manage([lock(TestCard.domain)]))
        #expect(card.element.channels[1] == LogicalChannel(selected: TestCard.central))
        let late = try provider.send(GetStatusCommand(.applications).command, &card)
        #expect(late == ResponseAPDU(.securityStatusNotSatisfied))
    }

    @Test("a security domain may say of itself that it is personalized, and nothing else")
    func ownState() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([TestCard.createDomain(TestCard.domain)]))
        func state(_ state: UInt8) -> CommandAPDU {
            SetStatusCommand.application(TestCard.domain, state: state).command
        }
        try card.expectRefusals(
            [0x03, 0x07, 0x80, 0x83, 0x87, 0x8F, 0x01, 0x1F].map { (state($0), .conditionsOfUseNotSatisfied) },
            in: TestCard.domain)
        try card.expectSuccess(card.manage([state(0x0F)], in: TestCard.domain))
        #expect(try card.application(TestCard.domain).lifeCycle == 0x0F)
        try card.expectRefusals([(state(0x0F), .conditionsOfUseNotSatisfied)], in: TestCard.domain)
    }

    @Test("a name that is no AID is 6A80, other parameters are 6A86")
    func malformed() throws {
        var card = try TestCard()
        try card.expectRefusals(hex: [
            ("80F0408004A000000000", .incorrectData), ("80F04080", .incorrectData), ("80F06080", .incorrectData),
            ("80F0008005A000000000", .incorrectParameters), ("80F0208005A000000000", .incorrectParameters),
            ("80F0C08005A000000000", .incorrectParameters), ("80F08055", .incorrectParameters),
        ])
    }
}
