import CardTesting
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("A universal card instance that loses the power")
struct UniversalCardCutTests {
    private static let aid: AID = "A00000033301010101"

    private static func personalize(_ groupings: [DataGrouping]) -> [CommandAPDU] {
        [InstallCommand.forPersonalization(application: aid).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 60).map(\.command)
    }

    /// A card with an instance, its data set and one record.
    private func card() throws -> SecureElement {
        var card = try TestCard()
        let install = InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.universalCardPackage,
                executableModule: BuiltInModule.universalCard, application: Self.aid))
        try card.expectSuccess(
            card.manage([install.command] + Self.personalize(universalSet().dataGroupings)))
        try card.expectSuccess(card.manage(Self.personalize([universalRecord(1).grouping.dataGrouping])))
        return card.element
    }

    private func instance(_ element: SecureElement) throws -> UniversalCardInstance {
        guard case .applet(let applet)? = element.memory.application(Self.aid)?.content,
            case .universalCard(let instance) = applet.code
        else { throw CardRefused(.fileNotFound) }
        return instance
    }

    /// Counters that were answered with a cryptogram, by terminal and device in turn.
    private func pay(_ card: CutCard) throws -> [UInt16] {
        let record = try universalRecord(1)
        var counters: [UInt16] = []
        for _ in 1...2 {
            _ = card.transmit(SelectCommand(Self.aid).command)
            for command in [
                TestPurchase().processingOptions, TestPurchase().generateCryptogram(record, 0x02),
            ] {
                guard let counter = card.transmit(command).objects[0x9F36] else { continue }
                counters.append(UInt16(counter[0]) << 8 | UInt16(counter[1]))
            }
        }
        return counters
    }

    @Test("a counter that was answered never comes again, wherever the power fails (UCI-05)")
    func counters() throws {
        let element = try card()
        let whole = CutCard(element)
        #expect(try pay(whole) == [1, 2, 3, 4])
        for cut in CutCard.Cut.all(whole.commands) {
            let card = CutCard(element, cut)
            var counters = try pay(card)
            try card.powerOn()
            counters += try pay(card)
            #expect(Set(counters).count == counters.count && counters == counters.sorted(), "\(cut): \(counters)")
            #expect(counters.suffix(4).count == 4, "\(cut)")
        }
    }

    @Test("records that come and go in one run are all there or none, and the same run again makes it so (UPD-09)")
    func records() throws {
        let element = try card()
        let before = try instance(element)
        let run = try Self.personalize([
            universalRecord(2, becomesChosen: false).grouping.dataGrouping,
            universalRecord(3, becomesChosen: false).grouping.dataGrouping,
            UniversalCardDeletion.grouping(for: universalRecord(1).reference).dataGrouping,
        ])
        func load(_ card: CutCard) {
            guard var session = try? HostSession(TestCard.central, keys: TestCard.centralKeys, { card.transmit($0) })
            else { return }
            for command in run {
                guard let status = try? session.send(command, { card.transmit($0) }).statusWord, status.isSuccess
                else { return }
            }
        }
        let whole = CutCard(element)
        load(whole)
        let after = try instance(whole.element)
        #expect(try after.records.map(\.reference) == [universalRecord(2), universalRecord(3)].map(\.reference))
        for cut in CutCard.Cut.all(whole.commands) {
            let card = CutCard(element, cut)
            load(card)
            try card.powerOn()
            let found = try instance(card.element)
            #expect(found.records == before.records || found.records == after.records, "\(cut)")
            #expect(found.universal == before.universal, "\(cut)")
            load(card)
            let repeated = try instance(card.element)
            #expect(repeated.records == after.records && repeated.chosen == after.chosen, "\(cut)")
        }
    }
}
