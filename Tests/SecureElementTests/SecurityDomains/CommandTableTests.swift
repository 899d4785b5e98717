import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Who may do what: Tables 2 and 3")
struct CommandTableTests {
    /// One command of each row, sound enough to be refused for nothing but its row.
    private static func commands(_ session: borrowing OpenSession) -> [(SecurityDomainOperation, CommandAPDU)] {
        [
            (.getStatus, GetStatusCommand(.applications).command),
            (.putKey, session.putKey(TestCard.providerKeys, version: 0x44)),
            (.deleteKey, DeleteCommand.key(identifier: nil, version: 0x44).command),
            (
                .storeData,
                StoreDataCommand(data: [0x42, 0], blockNumber: 0, isLastBlock: true, structure: .berTLV).command
            ),
            (.installForLoad, Package().announcement()),
            (.load, LoadCommand(block: [1], number: 0, isLast: false).command),
            (.installForInstall, TestCard.instantiate(TestCard.otherInstance)),
            (
                .installForExtradition,
                InstallCommand.forExtradition(.init(securityDomain: TestCard.domain, object: TestCard.otherInstance))
                    .command
            ),
            (
                .installForRegistryUpdate,
                InstallCommand.forRegistryUpdate(.init(application: TestCard.otherInstance, privileges: [])).command
            ),
            (
                .installForPersonalization,
                InstallCommand.forPersonalization(application: CardConfiguration.walletCompanion).command
            ),
            (.setStatus, SetStatusCommand.lock(TestCard.otherInstance).command),
            (.deleteContent, DeleteCommand.object(TestCard.otherInstance, withRelated: false).command),
            (.setCardStatus, SetStatusCommand.card(.cardLocked).command),
        ]
    }

    @Test("Table 2: the central SD does all of it but registry update, which GlobalPlatform 2.1.1 does not have")
    func central() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var session = try OpenSession(TestCard.central, &card)
        let commands = Self.commands(session)
        #expect(Set(commands.map(\.0)) == Set(SecurityDomainOperation.allCases))
        for (operation, command) in commands {
            #expect(SecurityDomainOperation(command) == operation)
            let statusWord = try session.send(command, &card).statusWord
            guard operation != .installForRegistryUpdate else {
                #expect(statusWord == .conditionsOfUseNotSatisfied)
                continue
            }
            // 6310 when there is more to tell; a block of one byte announces no load file, and is taken all the same.
            #expect(statusWord == .success || statusWord.isWarning, "\(operation)")
        }
    }

    @Test(
        "Table 3: an SP SD has its channel, its keys, its data and its applications; content is refused with 6985"
    )
    func serviceProvider() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(card.manage([TestCard.instantiate(TestCard.otherInstance)]))
        let session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let allowed: Set<SecurityDomainOperation> = [
            .getStatus, .putKey, .deleteKey, .storeData, .installForPersonalization, .setStatus,
        ]
        for (operation, command) in Self.commands(session) where !allowed.contains(operation) {
            try card.expectRefusals(
                [(command, .conditionsOfUseNotSatisfied)], in: TestCard.domain, keys: TestCard.temporaryKeys)
        }
        try card.expectSuccess(
            card.manage(
                [
                    GetStatusCommand(.applications).command, session.putKey(TestCard.providerKeys, version: 0x44),
                    DeleteCommand.key(identifier: nil, version: 0x44).command,
                    StoreDataCommand(data: [0x42, 0], blockNumber: 0, isLastBlock: true, structure: .berTLV).command,
                    SetStatusCommand.lock(TestCard.instance).command,
                    SetStatusCommand.unlock(TestCard.instance).command,
                    InstallCommand.forPersonalization(application: TestCard.instance).command,
                ], in: TestCard.domain, keys: TestCard.temporaryKeys))
    }

    @Test("TSM-21 without a session nothing but public data is had from any security domain")
    func withoutSession() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let session = try OpenSession(TestCard.central, &card)
        card.element.reset()
        for domain in [TestCard.central, TestCard.domain] {
            _ = card.transmit(SelectCommand(domain).command)
            for (_, command) in Self.commands(session) { card.expectRefusal(command, .securityStatusNotSatisfied) }
            #expect(card.transmit(GetDataCommand.keyInformationTemplate.command).statusWord == .success)
        }
    }

    @Test("GET DATA of what is not there is 6A88, with a data field 6700; the card's own objects only its own SD tells")
    func getData() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let own: [GetDataCommand] = [
            .issuerIdentificationNumber, .cardImageNumber, .cardProductionLifeCycleData, .extendedCardResources,
        ]
        let everyones: [GetDataCommand] = [
            .cardData, .cardCapabilityInformation, .keyInformationTemplate, .sequenceCounter, .keyDerivationData,
            .personalizationRecord,
        ]
        card.element.reset()
        for request in own + everyones {
            let answer = card.transmit(request.command)
            #expect(answer.statusWord == .success)
            #expect(try BERTLV(bytes: answer.data).tag == BERTag(UInt32(request.tag)))
        }
        let listed = try BERTLV.sequence(card.transmit(GetDataCommand.listOfApplications.command).data)
        #expect(listed.first == BERTLV(0x61, [BERTLV(0x4F, CardConfiguration.paymentSystemEnvironment.bytes)]))
        #expect(listed.count == 4)
        for tag: UInt16 in [0x0000, 0x00C2, 0x5F50, 0x9F66, 0xFFFF, 0x0084] {
            card.expectRefusal(GetDataCommand(tag).command, .referencedDataNotFound)
        }
        try card.expectRefusal("80CA00660100", .wrongLength)
        _ = card.transmit(SelectCommand(TestCard.domain).command)
        for request in own + [.listOfApplications] { card.expectRefusal(request.command, .referencedDataNotFound) }
        for request in everyones { #expect(card.transmit(request.command).statusWord == .success) }
    }
}
