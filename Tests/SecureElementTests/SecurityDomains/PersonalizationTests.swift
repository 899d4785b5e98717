import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("INSTALL [for personalization] and STORE DATA to an application")
struct PersonalizationTests {
    private static let begin = InstallCommand.forPersonalization(application: TestCard.instance).command
    private static let commands = TestCard.personalize(TestCard.instance)

    /// DF70 of the provider's security domain: blocks, complete, completions.
    private func record(_ card: inout TestCard) throws -> [[UInt8]?] {
        card.element.reset()
        _ = card.transmit(SelectCommand(TestCard.domain).command)
        let answer = card.transmit(GetDataCommand.personalizationRecord.command)
        #expect(answer.statusWord == .success)
        let entries = try BERTLV(bytes: answer.data).children()
        #expect(entries.map(\.tag) == [0x4F, 0xE3] && entries[0].value == TestCard.domain.bytes)
        let fields = try entries[1].children()
        #expect(fields[0x4F as BERTag] == TestCard.instance.bytes)
        return [fields[0x80 as BERTag], fields[0x81 as BERTag], fields[0x82 as BERTag]]
    }

    private func send(_ commands: [CommandAPDU], _ card: inout TestCard) throws -> [StatusWord] {
        try card.manage(commands, in: TestCard.domain, keys: TestCard.temporaryKeys)
    }

    @Test("a torn personalization is told block by block by DF70, and a new beginning starts over")
    func torn() throws {
        var card = try TestCard()
        try card.prePersonalize()
        #expect(try record(&card) == [[0, 0], [0], [0, 0]])
        let blocks = Self.commands.count - 1
        for count in 0..<blocks {
            try card.expectSuccess(send(Array(Self.commands.prefix(1 + count)), &card))
            #expect(try record(&card) == [[0, UInt8(count)], [0], [0, 0]])
            card.element = try SecureElement(persistentState: card.element.persistentState)
            #expect(try record(&card) == [[0, UInt8(count)], [0], [0, 0]])
            // The blocks that are left are not for the application any more.
            #expect(try send([Self.commands[count + 1]], &card) == [.incorrectData])
            #expect(try record(&card) == [[0, UInt8(count)], [0], [0, 0]])
        }
        try card.expectSuccess(send(Self.commands, &card))
        #expect(try record(&card) == [[0, UInt8(blocks)], [1], [0, 1]])
    }

    @Test("every completed personalization is counted, and beginning another one keeps the count")
    func completions() throws {
        var card = try TestCard()
        try card.prePersonalize()
        for completion: UInt8 in 1...3 {
            try card.expectSuccess(send(Self.commands, &card))
            #expect(try record(&card)[2] == [0, completion])
        }
        try card.expectSuccess(send([Self.begin], &card))
        #expect(try record(&card) == [[0, 0], [0], [0, 3]])
        card.element.memory.updateApplet(TestCard.instance) { $0.personalization.completions = .max }
        try card.expectSuccess(send(Self.commands, &card))
        #expect(try record(&card)[2] == [0xFF, 0xFF])
    }

    @Test("after the last block STORE DATA is for the security domain again")
    func afterTheLast() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let own = StoreDataCommand(data: [0x42, 1, 9], blockNumber: 0, isLastBlock: true, structure: .berTLV).command
        try card.expectSuccess(send(Self.commands + [own], &card))
        #expect(card.element.memory.securityDomain(TestCard.domain)?.data == [0x42: [9]])
    }

    @Test("a refused block changes nothing, and the right one goes on from where it was")
    func refusedBlock() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        for command in Self.commands.prefix(2) { try session.send(command, &card) }
        let before = card.element.memory
        for change: (inout CommandAPDU) -> Void in [
            { $0.p2 = 0x07 }, { $0.p2 = 0x00 }, { $0.p1 |= 0x60 }, { $0.p1 = 0x10 },
        ] {
            var wrong = Self.commands[2]
            change(&wrong)
            #expect(try session.send(wrong, &card) == ResponseAPDU(.incorrectData))
            #expect(card.element.memory == before)
        }
        for command in Self.commands.dropFirst(2) {
            #expect(try session.send(command, &card).statusWord == .success)
        }
        #expect(try record(&card)[1] == [1])
    }

    @Test("TSM-22 only the security domain of the application personalizes it, and an unknown one is 6A88")
    func targets() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance)
        func begin(_ aid: AID) -> CommandAPDU { InstallCommand.forPersonalization(application: aid).command }
        try card.expectRefusals(
            [
                (begin(TestCard.otherInstance), .conditionsOfUseNotSatisfied),
                (begin(CardConfiguration.walletCompanion), .conditionsOfUseNotSatisfied),
                (begin(CardConfiguration.paymentSystemEnvironment), .conditionsOfUseNotSatisfied),
                (begin(TestCard.domain), .conditionsOfUseNotSatisfied),
                (begin("F053450001"), .referencedDataNotFound),
                (begin(BuiltInModule.paymentPackage), .referencedDataNotFound),
            ], in: TestCard.domain, keys: TestCard.temporaryKeys)
        // Not even the central SD: the instance is the provider's.
        try card.expectRefusals([(begin(TestCard.instance), .conditionsOfUseNotSatisfied)])
        try card.expectSuccess(card.manage([SetStatusCommand.lock(TestCard.instance).command]))
        try card.expectRefusals(
            [(Self.begin, .conditionsOfUseNotSatisfied)], in: TestCard.domain, keys: TestCard.temporaryKeys)
    }

    @Test("an application that is extradited in the middle gets no more blocks from its former security domain")
    func extraditedMeanwhile() throws {
        var card = try TestCard()
        try card.prePersonalize()
        _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
        var provider = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, channel: 1)
        for command in Self.commands.prefix(2) { try provider.send(command, &card) }
        try card.expectSuccess(
            card.manage([
                InstallCommand.forExtradition(.init(securityDomain: TestCard.central, object: TestCard.instance))
                    .command
            ]))
        let before = card.element.memory
        let late = try provider.send(Self.commands[2], &card)
        #expect(late == ResponseAPDU(.conditionsOfUseNotSatisfied))
        #expect(card.element.memory == before)
    }

    @Test("malformed INSTALL [for personalization] is 6A80")
    func malformed() throws {
        var card = try TestCard()
        let sound = Self.begin
        for count in 0..<sound.data.count {
            var cut = sound
            cut.data = Array(sound.data.prefix(count))
            try card.expectRefusals([(cut, .incorrectData)])
        }
        for index in sound.data.indices.suffix(3) {
            var parameter = sound
            parameter.data[index] = 0x01
            try card.expectRefusals([(parameter, .incorrectData)])
        }
    }
}
