import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Universal card instances on a card")
struct UniversalCardOnCardTests {
    private static let debit: AID = "A00000033301010101"
    private static let credit: AID = "A00000033301010201"

    private static func install(_ aid: AID) -> CommandAPDU {
        InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.universalCardPackage,
                executableModule: BuiltInModule.universalCard, application: aid)
        ).command
    }

    private static func personalize(_ aid: AID, _ groupings: [DataGrouping]) -> [CommandAPDU] {
        [InstallCommand.forPersonalization(application: aid).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 220).map(\.command)
    }

    /// A card with both instances, each with its data set.
    private func card() throws -> TestCard {
        var card = try TestCard()
        for (aid, set) in try [(Self.debit, universalSet()), (Self.credit, universalSet(.credit, priority: 2))] {
            try card.expectSuccess(
                card.manage([Self.install(aid)] + Self.personalize(aid, set.dataGroupings)))
        }
        return card
    }

    private func select(_ aid: AID, _ card: inout TestCard, _ interface: CardInterface) -> ResponseAPDU {
        card.element.process(SelectCommand(aid).command, over: interface)
    }

    private func directory(_ card: inout TestCard) throws -> [AID] {
        let answer = select(CardConfiguration.paymentSystemEnvironment, &card, .contactless)
        let entries = try BERTLV(bytes: BERTLV(bytes: answer.data).children()[1].children()[0].bytes).children()
        return try entries.map { try AID($0.children()[0].value) }
    }

    @Test("N cards are two instances and N records: no install, and memory grows by the records alone (UCI-01, UPD-05)")
    func growth() throws {
        var card = try card()
        let instances = card.element.memory.applications.count
        var used: [Int] = [card.element.memory.used]
        for number: UInt8 in 1...4 {
            let aid = number % 2 == 0 ? Self.credit : Self.debit
            let record = try universalRecord(number, becomesChosen: false).grouping.dataGrouping
            let commands = Self.personalize(aid, [record])
            #expect(commands.count == 2, "INSTALL [for personalization] and one STORE DATA")
            try card.expectSuccess(card.manage(commands))
            #expect(card.element.memory.applications.count == instances)
            used.append(card.element.memory.used)
        }
        let steps = zip(used, used.dropFirst()).map { $1 - $0 }
        let recordLength = try universalRecord(1, becomesChosen: false).grouping.dataGrouping.bytes.count
        // The first of each instance may lengthen a length field.
        #expect(steps.allSatisfy { $0 <= recordLength + 2 && $0 >= recordLength }, "\(steps)")
        let whole = try universalSet().dataGroupings.reduce(0) { $0 + $1.bytes.count }
        #expect(4 * recordLength < 4 * (whole + recordLength))
    }

    @Test("PPSE and PSE list an instance with a chosen card by its priority; a locked one disappears")
    func directories() throws {
        var card = try card()
        #expect(try directory(&card).isEmpty)
        for (aid, number) in [(Self.credit, 2), (Self.debit, 1)] as [(AID, UInt8)] {
            let record = try universalRecord(number).grouping.dataGrouping
            try card.expectSuccess(card.manage(Self.personalize(aid, [record])))
        }
        #expect(try directory(&card) == [Self.debit, Self.credit])
        let contacts = CardConfiguration.paymentSystemDirectory
        #expect(
            select(contacts, &card, .wired).data.hex
                == "6F1E840E315041592E5359532E4444463031A50C8801015F2D02656E9F110101")
        let record = try card.element.process(command("00B2010C00"))
        #expect(record.statusWord == .success)
        #expect(
            try BERTLV(bytes: record.data).children().map { try AID($0.children()[0].value) }
                == [Self.debit, Self.credit])
        #expect(try card.element.process(command("00B2020C00")).statusWord == 0x6A83)
        try card.expectSuccess(card.manage([SetStatusCommand.lock(Self.debit).command]))
        #expect(try directory(&card) == [Self.credit])
        #expect(select(Self.debit, &card, .contactless).statusWord == .fileNotFound)
        _ = select(Self.credit, &card, .wired)
        #expect(try card.element.process(command("80D00000")).statusWord == .success)
        #expect(try directory(&card).isEmpty)
    }

    @Test("the device confirms its user by wire, the next transaction in the field has it, a power loss takes it away")
    func confirmation() throws {
        var card = try card()
        try card.expectSuccess(
            card.manage(Self.personalize(Self.debit, [universalRecord(1).grouping.dataGrouping])))
        let purchase = TestPurchase().processingOptions
        func pay(_ card: inout TestCard) -> [UInt8]? {
            _ = select(Self.debit, &card, .contactless)
            return card.element.process(purchase, over: .contactless).objects[0x9F6C]
        }
        _ = select(Self.debit, &card, .wired)
        let confirm = try command("80D20000")
        #expect(card.element.process(confirm).statusWord == .success)
        card.element.reset(.contactless)
        #expect(pay(&card) == [0x00, 0x80])
        #expect(pay(&card) == [0x00, 0x00])
        #expect(card.element.process(confirm).statusWord == .success)
        card.element.reset()
        #expect(pay(&card) == [0x00, 0x00])
    }

    @Test(
        "the counter is in persistent memory with the answer, and no number of it comes twice after a power loss (UCI-05)"
    )
    func counterAcrossPowerLoss() throws {
        var card = try card()
        try card.expectSuccess(
            card.manage(Self.personalize(Self.debit, [universalRecord(1).grouping.dataGrouping])))
        var counters: [[UInt8]] = []
        for _ in 1...5 {
            _ = select(Self.debit, &card, .contactless)
            let answer = card.element.process(TestPurchase().processingOptions, over: .contactless)
            counters.append(try #require(answer.objects[0x9F36]))
            card.element = try SecureElement(persistentState: card.element.persistentState)
        }
        #expect(Set(counters).count == 5 && counters == counters.sorted { $0[1] < $1[1] })
    }
}
