import CardTesting
import ElectronicPurse
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("An electronic purse on a card")
struct PurseOnCardTests {
    static let install = InstallCommand.forInstallAndMakeSelectable(
        .init(
            executableLoadFile: BuiltInModule.pursePackage, executableModule: BuiltInModule.purse,
            application: PurseFile.transport)
    ).command

    static func personalization() throws -> [CommandAPDU] {
        let groupings = try TestPurse.groupings(TestPurse.personalization())
        return [InstallCommand.forPersonalization(application: PurseFile.transport).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 200).map(\.command)
    }

    private func card() throws -> SecureElement {
        var card = try TestCard()
        try card.expectSuccess(card.manage([Self.install] + Self.personalization()))
        var element = card.element
        _ = element.process(PurseFile.select(PurseFile.transport))
        let box = Box(element)
        let purse = try TestPurse { box.element.process($0) }
        #expect(try purse.load(1_000).statusWord == .success)
        return box.element
    }

    private final class Box {
        var element: SecureElement
        init(_ element: SecureElement) { self.element = element }
    }

    private func history(_ element: SecureElement) throws -> PurseApplication {
        guard case .applet(let applet)? = element.memory.application(PurseFile.transport)?.content,
            case .purse(let purse) = applet.code
        else { throw CardRefused(.fileNotFound) }
        return purse
    }

    @Test("is installed and personalized as every applet, listed by PPSE and selected by its AID")
    func selection() throws {
        var element = try card()
        let directory = element.process(PurseFile.select(CardConfiguration.paymentSystemEnvironment))
        #expect(
            directory.data.hex.contains(PurseFile.transport.bytes.hex + "5008" + Array("MOT_T_EP".utf8).hex + "870103"))
        let answer = element.process(PurseFile.select(PurseFile.transport))
        #expect(try PurseSelection(answer: answer.data).applicationData?.serial.description == "3104000012345678")
        #expect(element.process(GetBalance().command).data.hex == "000003E8")
        let restored = try SecureElement(persistentState: element.persistentState)
        #expect(try history(restored) == history(element))
    }

    @Test("its keys come encrypted under the session's key, and in no other grouping")
    func encryptedKeys() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([Self.install]))
        let groupings = try TestPurse.groupings(TestPurse.personalization())
        let blocks = StoreDataCommand.blocks(of: groupings.filter { $0.identifier != 0x8000 }, blockLength: 200).map {
            var block = $0
            block.isLastBlock = false
            return block
        }
        let keys = try #require(groupings.first { $0.identifier == 0x8000 })
        var last = StoreDataCommand(
            data: DataGrouping(0x8000, try TestCard.centralKeys.encryptSensitive(keys.data)).bytes,
            blockNumber: UInt8(blocks.count), isLastBlock: true)
        last.encryption = .encrypted
        try card.expectSuccess(
            card.manage(
                [InstallCommand.forPersonalization(application: PurseFile.transport).command]
                    + blocks.map(\.command) + [last.command]))
        #expect(try history(card.element).profile?.keys == TestPurse.personalization().keys)
    }

    @Test("what INITIALIZE has begun is gone with a reset, a selection and an error, and bound to its channel")
    func volatile() throws {
        let started = try card()
        for interruption in 0...4 {
            let box = Box(started)
            let purse = try TestPurse { box.element.process($0) }
            let debit = try purse.debit(purse.purchase(100), purse.initialize(.purchase, 100))
            switch interruption {
            case 0: box.element.reset()
            case 1: box.element.reset(.wired)
            case 2: break
            case 3: _ = box.element.process(try CommandAPDU(hex: "00B2FFC400"))
            default: box.element.reset(.contactless)
            }
            if interruption < 3 { _ = box.element.process(PurseFile.select(PurseFile.transport)) }
            let status = box.element.process(debit).statusWord
            #expect(status == (interruption == 4 ? .success : .purseWrongState), "\(interruption)")
            #expect(try history(box.element).history.balance == (interruption == 4 ? 900 : 1_000))
        }
    }

    @Test("a purchase on another channel in between ends the one that was initialized before it")
    func channels() throws {
        let box = Box(try card())
        let wired = try TestPurse { box.element.process($0) }
        _ = box.element.process(PurseFile.select(PurseFile.transport), over: .contactless)
        let field = try TestPurse { box.element.process($0, over: .contactless) }
        let debit = try wired.debit(wired.purchase(100), wired.initialize(.purchase, 100))
        #expect(try field.pay(300).statusWord == .success)
        #expect(box.element.process(debit).statusWord == .purseWrongState)
        #expect(try history(box.element).history.balance == 700)
        let load = try wired.credit(5, wired.initialize(.load, 5))
        #expect(try field.pay(300).statusWord == .success)
        #expect(box.element.process(load).statusWord == .purseWrongState)
    }

    @Test("balance, number, log, records and proof are all before or all after, wherever the power fails (FLASH-10)")
    func cuts() throws {
        let element = try card()
        let record = [UInt8](repeating: 0xCD, count: 48)
        func story(_ card: CutCard) throws {
            _ = card.transmit(PurseFile.select(PurseFile.transport))
            let purse = try TestPurse { card.transmit($0) }
            _ = try? purse.load(50)
            let answer = purse.initialize(.compositePurchase, 120)
            _ = card.transmit(UpdateCompositeDataCache(record: 2, data: record).command)
            if let debit = try? purse.debit(purse.purchase(120, type: .compositePurchase), answer) {
                _ = card.transmit(debit)
            }
            _ = try? purse.pay(30)
        }
        // Every whole state on the way.
        var states = [try history(element)]
        let whole = CutCard(element)
        _ = whole.transmit(PurseFile.select(PurseFile.transport))
        let watched = try TestPurse { command in
            let answer = whole.transmit(command)
            if let now = try? history(whole.element), now != states.last { states.append(now) }
            return answer
        }
        try watched.load(50)
        let answer = watched.initialize(.compositePurchase, 120)
        _ = watched.transmit(UpdateCompositeDataCache(record: 2, data: record).command)
        _ = watched.transmit(try watched.debit(watched.purchase(120, type: .compositePurchase), answer))
        try watched.pay(30)
        #expect(states.map(\.history.balance) == [1_000, 1_050, 930, 900] && whole.commands == 8)
        var moved = 0
        for cut in CutCard.Cut.all(whole.commands) {
            let card = CutCard(element, cut)
            try story(card)
            try card.powerOn()
            let found = try history(card.element)
            let index = states.firstIndex { Self.isSame($0, found) }
            #expect(index != nil, "\(cut)")
            moved += index ?? 0
        }
        #expect(moved > 0)
    }

    /// Without the MACs, which differ with the random numbers of another run.
    private static func isSame(_ left: PurseApplication, _ right: PurseApplication) -> Bool {
        left.history.balance == right.history.balance && left.history.log == right.history.log
            && left.history.onlineNumber == right.history.onlineNumber
            && left.history.offlineNumber == right.history.offlineNumber && left.records == right.records
            && left.history.lastPurchase?.number == right.history.lastPurchase?.number
            && left.history.lastLoad?.tac == right.history.lastLoad?.tac
            && left.history.lastPurchase?.tac == right.history.lastPurchase?.tac
    }
}
