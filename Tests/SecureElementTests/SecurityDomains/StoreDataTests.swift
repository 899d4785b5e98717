import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("STORE DATA to a security domain")
struct StoreDataTests {
    private func store(
        _ data: [UInt8], _ structure: StoreDataCommand.Structure = .berTLV,
        encryption: StoreDataCommand.Encryption = .unspecifiedOrClear
    ) -> CommandAPDU {
        StoreDataCommand(
            data: data, blockNumber: 0, isLastBlock: true, structure: structure, encryption: encryption
        ).command
    }

    @Test("data objects alone or in DGI 0070 are stored, and GET DATA tells them again")
    func storing() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let objects = [BERTLV(0x42, [1, 2, 3]), BERTLV(0x45, [4, 5, 6]), BERTLV(0x5F50, Array("https://tsm".utf8))]
        for (domain, keys) in [(TestCard.central, TestCard.centralKeys), (TestCard.domain, TestCard.temporaryKeys)] {
            try card.expectSuccess(
                card.manage(
                    [
                        store(objects[0].bytes + objects[1].bytes),
                        store(DataGrouping(0x0070, objects[2].bytes).bytes, .dataGroupings),
                    ], in: domain, keys: keys))
            card.element.reset()
            _ = card.transmit(SelectCommand(domain).command)
            for object in objects {
                let told = card.transmit(GetDataCommand(UInt16(object.tag.rawValue)).command)
                #expect(told == ResponseAPDU(.success, data: object.bytes))
            }
        }
    }

    @Test("TSM-20 what one security domain stores another does not tell")
    func separate() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectSuccess(
            card.manage([store(BERTLV(0x5F50, [1]).bytes)], in: TestCard.domain, keys: TestCard.temporaryKeys))
        card.element.reset()
        card.expectRefusal(GetDataCommand(0x5F50).command, .referencedDataNotFound)
    }

    @Test("unknown tags, nested or cut data objects, other data groupings and encrypted data are 6A80")
    func refusals() throws {
        var card = try TestCard()
        let sound = BERTLV(0x42, [1, 2, 3]).bytes
        try card.expectRefusals(
            [
                store(BERTLV(0x66, [1]).bytes), store(BERTLV(0x6F, [BERTLV(0x42, [1])]).bytes),
                store(sound + BERTLV(0x43, [1]).bytes), store(Array(sound.dropLast())), store(sound + [0x45]),
                store([0x42, 0x80, 0, 0]), store([0x42]), store([0xFF]),
                store(DataGrouping(0x0071, sound).bytes, .dataGroupings),
                store(DataGrouping(0x0070, sound + [0]).bytes, .dataGroupings),
                store(Array(DataGrouping(0x0070, sound).bytes.dropLast()), .dataGroupings),
                store(sound, .dataGroupings), store(sound, encryption: .encrypted),
                store(sound, encryption: .applicationDependent),
            ].map { ($0, .incorrectData) })
        try card.expectRefusals(hex: [
            ("80E2820003420101", .incorrectParameters), ("80E2980003420101", .incorrectParameters),
            ("80E2C00003420101", .incorrectParameters),
        ])
    }

    @Test("a data object of 255 bytes is kept, one of 256 is 6A80")
    func bound() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        for (count, expected) in [(255, StatusWord.success), (256, .incorrectData)] {
            var command = store(BERTLV(0x42, [UInt8](repeating: 7, count: count)).bytes)
            command.isExtended = true
            #expect(try session.send(command, &card).statusWord == expected)
        }
    }

    @Test("storing what is stored already changes no memory, and the revision stays")
    func unchanged() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let command = store(BERTLV(0x42, [1, 2, 3]).bytes)
        let before = card.element.persistentRevision
        #expect(try session.send(command, &card).statusWord == .success)
        let after = card.element.persistentRevision
        #expect(after != before)
        #expect(try session.send(command, &card).statusWord == .success)
        #expect(card.element.persistentRevision == after)
    }
}
