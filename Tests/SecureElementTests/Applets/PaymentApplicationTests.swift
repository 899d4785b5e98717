import CardCryptography
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The payment Application")
struct PaymentApplicationTests {
    private func personalized() throws -> PaymentApplication {
        var application = PaymentApplication()
        try application.personalize(with: paymentGroupings)
        return application
    }

    @Test("before personalization SELECT names the AID alone, GPO is refused with 6985 and no record is found")
    func beforePersonalization() throws {
        let application = PaymentApplication()
        #expect(
            application.fileControlInformation(for: paymentAID, emptyEnvironment).hex == "6F0B8407A0000000041010A500")
        #expect(application.contactlessOffer == nil)
        #expect(try application.unchanged("80A8000002830000") == "6985")
        #expect(try application.unchanged("00B2010C00") == "6A83")
        #expect(try application.unchanged("80CA9F3600") == "9F360200009000")
    }

    @Test("after personalization SELECT, GPO and READ RECORD answer what the data groupings brought")
    func transaction() throws {
        var application = try personalized()
        #expect(
            application.fileControlInformation(for: paymentAID, emptyEnvironment).hex
                == "6F1C8407A0000000041010A511" + "50064465626974318701029F38039F0206")
        #expect(application.contactlessOffer == ContactlessOffer(label: Array("Debit1".utf8), priority: 2))
        let processing = try command("80A80000088306000000001000 00")
        #expect(
            application.process(processing, emptyEnvironment).bytes.hex
                == "770A820239009404080101009000")
        #expect(try application.unchanged("80CA9F3600") == "9F360200019000")
        #expect(try application.unchanged("00B2010C00") == "70085A065413330000129000")
        _ = application.process(processing, emptyEnvironment)
        #expect(application.transactionCounter == 2)
    }

    @Test(
        "a command that is refused changes nothing",
        arguments: [
            ("80A8010008830600000000100000", "6A86"),
            ("80A80000088406000000001000 00", "6A80"),
            ("80A80000088305000000001000 00", "6A80"),
            ("80A8000007830500000000 1000", "6700"),
            ("80A800000983070000000010000000", "6700"),
            ("80A80000", "6A80"),
            ("00B2010D00", "6A86"),
            ("00B2020C00", "6A83"),
            ("00B2000C00", "6A83"),
            ("00B2011400", "6A83"),
            ("00B2010C0100", "6700"),
            ("80CA9F1700", "6A88"),
            ("80CA800000", "6A88"),
            ("80CA9F360100", "6700"),
            ("00CA9F3600", "6D00"),
            ("80AE000000", "6D00"),
        ])
    func refusals(apdu: String, status: String) throws {
        #expect(try personalized().unchanged(apdu) == status)
    }

    @Test("the transaction counter stops at 65 535 and does not wrap")
    func counterBound() throws {
        var state = try personalized().persistentState
        state[0].value = [0xFF, 0xFE]
        var application = try PaymentApplication(persistentState: state)
        let processing = try command("80A8000008830600000000100000")
        #expect(application.process(processing, emptyEnvironment).statusWord == .success)
        #expect(application.transactionCounter == 65_535)
        #expect(try application.unchanged("80A8000008830600000000100000") == "6985")
    }

    @Test("the longest FCI and processing options fit a short response, one byte more is refused")
    func responseBounds() throws {
        let longest: AID = "A0000000041010101010101010101010"
        let label = bytes("5001 41")
        let filling = [UInt8](repeating: 0, count: PaymentProfile.selectionDataLengthMax - label.count - 4)
        let selection = label + BERTLV(0xBF0C, filling).bytes
        #expect(selection.count == PaymentProfile.selectionDataLengthMax)
        var application = PaymentApplication()
        try application.personalize(with: [DataGrouping(0x9102, selection), paymentGroupings[3]])
        #expect(application.fileControlInformation(for: longest, emptyEnvironment).count == 256)

        let over = label + BERTLV(0xBF0C, filling + [0]).bytes
        application.beginPersonalization()
        #expect(application.refusal(of: block(DataGrouping(0x9102, over).bytes)) == 0x6A80)
    }
}

@Suite("Personalization of the payment Application")
struct PaymentPersonalizationTests {
    @Test("groupings may span blocks of any length", arguments: [1, 2, 3, 7, 48, 255])
    func spanningBlocks(blockLength: Int) throws {
        var whole = PaymentApplication()
        try whole.personalize(with: paymentGroupings)
        var application = PaymentApplication()
        try application.personalize(with: paymentGroupings, blockLength: blockLength)
        #expect(application == whole)
        #expect(application.profile?.groupings == paymentGroupings)
    }

    @Test("nothing takes effect before the last block, and everything with it")
    func atomicCommit() throws {
        var application = PaymentApplication()
        try application.personalize(with: paymentGroupings)
        let old = application.profile
        let newer =
            paymentGroupings.dropFirst() + [DataGrouping(0x0102, bytes("7003 5F2000"))]
        let blocks = StoreDataCommand.blocks(of: Array(newer), blockLength: 20)
        application.beginPersonalization()
        for block in blocks.dropLast() {
            try application.personalize(block)
            #expect(application.profile == old)
        }
        try application.personalize(blocks[blocks.count - 1])
        #expect(application.profile?.record(1, in: 1) == nil)
        #expect(application.profile?.record(2, in: 1) == bytes("7003 5F2000"))
        #expect(application.unfinished == nil)
    }

    @Test("a new INSTALL [for personalization] drops an unfinished one and keeps the data in force")
    func beginningAgain() throws {
        var application = PaymentApplication()
        try application.personalize(with: paymentGroupings)
        let old = application
        application.beginPersonalization()
        let begun = application
        try application.personalize(block(paymentGroupings[0].bytes, last: false))
        application.beginPersonalization()
        #expect(application == begun)
        #expect(application.profile == old.profile)
    }

    @Test("STORE DATA without INSTALL [for personalization], or after the last block, is refused with 6985")
    func notBegun() throws {
        var application = PaymentApplication()
        #expect(application.refusal(of: block([], last: false)) == 0x6985)
        try application.personalize(with: paymentGroupings)
        #expect(application.refusal(of: block([], last: false)) == 0x6985)
    }

    @Test("blocks out of turn, of another structure or encrypted are refused with 6A80")
    func blockParameters() throws {
        var application = PaymentApplication()
        application.beginPersonalization()
        let data = paymentGroupings[0].bytes
        #expect(application.refusal(of: block(data, 1, last: false)) == 0x6A80)
        try application.personalize(block(data, 0, last: false))
        #expect(application.refusal(of: block([], 0, last: false)) == 0x6A80)
        #expect(application.refusal(of: block([], 2, last: false)) == 0x6A80)
        for structure in [StoreDataCommand.Structure.unspecified, .berTLV] {
            let other = StoreDataCommand(data: [], blockNumber: 1, isLastBlock: false, structure: structure)
            #expect(application.refusal(of: other) == 0x6A80)
        }
        for encryption in [StoreDataCommand.Encryption.applicationDependent, .encrypted] {
            let other = StoreDataCommand(data: [], blockNumber: 1, isLastBlock: false, encryption: encryption)
            #expect(application.refusal(of: other) == 0x6A80)
        }
        try application.personalize(block([], 1, last: false))
    }

    @Test("256 blocks are taken, none after them")
    func blockNumberBound() throws {
        var application = PaymentApplication()
        application.beginPersonalization()
        for number in 0...255 { try application.personalize(block([], UInt8(number), last: false)) }
        #expect(application.refusal(of: block([], 0, last: false)) == 0x6A80)
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
    }

    @Test("8 192 bytes are taken, one more is refused with 6A84")
    func byteBound() throws {
        var application = PaymentApplication()
        application.beginPersonalization()
        let grouping = DataGrouping(0x0101, [UInt8](repeating: 0, count: 10_000)).bytes
        for number in 0..<64 {
            try application.personalize(
                block(Array(grouping[number * 128..<number * 128 + 128]), UInt8(number), last: false))
        }
        #expect(application.unfinished?.bytes.count == UnfinishedPersonalization.bytesMax)
        #expect(application.refusal(of: block([0], 64, last: false)) == 0x6A84)
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
    }

    @Test(
        "a grouping that no profile can hold is refused at its block, last or not",
        arguments: [
            (DataGrouping(0x0100, bytes("7000")), 0x6A80), (DataGrouping(0x01FF, bytes("7000")), 0x6A80),
            (DataGrouping(0x0101, bytes("7100")), 0x6A80), (DataGrouping(0x0101, bytes("70007000")), 0x6A80),
            (DataGrouping(0x0101, bytes("7001")), 0x6A80), (DataGrouping(0x0101, bytes("70025A01")), 0x6A80),
            (DataGrouping(0x0001, bytes("7000")), 0x6A88), (DataGrouping(0x1F01, bytes("7000")), 0x6A88),
            (DataGrouping(0x8000, []), 0x6A80), (DataGrouping(0x8206, [1]), 0x6A88),
            (DataGrouping(0x9102, bytes("870101")), 0x6A80), (DataGrouping(0x9102, bytes("5000")), 0x6A80),
            (DataGrouping(0x9102, bytes("500141 87020101")), 0x6A80),
            (DataGrouping(0x9102, bytes("500107")), 0x6A80),
            (DataGrouping(0x9102, bytes("500141 500142")), 0x6A80),
            (DataGrouping(0x9102, bytes("500141 9F38019F")), 0x6A80),
            (DataGrouping(0x9102, bytes("500141 9F38029F02")), 0x6A80),
            (DataGrouping(0x9102, bytes("500141 9F3803 9F02FD")), 0x6A80),
            (DataGrouping(0x9103, []), 0x6A88),
            (DataGrouping(0x9104, bytes("82023900")), 0x6A80),
            (DataGrouping(0x9104, bytes("820139 940408010100")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 9403080101")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 940409010100")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 940400010100")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 940408000100")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 940408020100")), 0x6A80),
            (DataGrouping(0x9104, bytes("82023900 940408010102")), 0x6A80),
        ] as [(DataGrouping, UInt16)])
    func malformedGroupings(grouping: DataGrouping, status: UInt16) {
        var application = PaymentApplication()
        application.beginPersonalization()
        #expect(application.refusal(of: block(grouping.bytes, last: false)) == StatusWord(status))
        #expect(application.refusal(of: block(grouping.bytes, last: true)) == StatusWord(status))
    }

    @Test("a record of 254 bytes and a key of 248 are taken, one byte more is refused")
    func groupingBounds() throws {
        var application = PaymentApplication()
        application.beginPersonalization()
        let record = { (count: Int) in
            DataGrouping(0x0101, BERTLV(0x70, BERTLV(0xDF01, [UInt8](repeating: 0, count: count)).bytes).bytes)
        }
        #expect(record(247).data.count == 254)
        #expect(application.refusal(of: block(record(248).bytes, last: false)) == 0x6A80)
        try application.personalize(block(record(247).bytes, 0, last: false))
        let key = { (count: Int) in DataGrouping(0x8103, [UInt8](repeating: 1, count: count)) }
        #expect(application.refusal(of: block(key(249).bytes, 1, last: false)) == 0x6A80)
        try application.personalize(block(key(248).bytes, 1, last: false))
    }

    @Test("the last block is refused when a grouping is truncated, repeated or 9102 or 9104 is missing")
    func incomplete() {
        var application = PaymentApplication()
        application.beginPersonalization()
        let all = paymentGroupings.flatMap(\.bytes)
        #expect(application.refusal(of: block(Array(all.dropLast()))) == 0x6A80)
        #expect(application.refusal(of: block(all + [0x01])) == 0x6A80)
        #expect(application.refusal(of: block(all + paymentGroupings[0].bytes)) == 0x6A80)
        #expect(application.refusal(of: block(paymentGroupings.dropLast().flatMap(\.bytes))) == 0x6A80)
        #expect(application.refusal(of: block(paymentGroupings[0].bytes + paymentGroupings[3].bytes)) == 0x6A80)
        #expect(throws: Never.self) { try application.personalize(block(all)) }
    }

    @Test("DGI 9102 is read with or without its template A5")
    func templateA5() throws {
        var plain = PaymentApplication()
        try plain.personalize(with: paymentGroupings)
        var wrapped = PaymentApplication()
        try wrapped.personalize(
            with: paymentGroupings.map {
                $0.identifier == 0x9102 ? DataGrouping(0x9102, BERTLV(0xA5, $0.data).bytes) : $0
            })
        #expect(plain == wrapped)
    }

    @Test("a payment Application reads back what it stores, and nothing else")
    func state() throws {
        var application = PaymentApplication()
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
        try application.personalize(with: paymentGroupings)
        _ = application.process(try command("80A8000008830600000000100000"), emptyEnvironment)
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
        application.beginPersonalization()
        try application.personalize(block([0x01, 0x01, 0x20, 0x70], last: false))
        let state = application.persistentState
        let bytes = state.bytes
        #expect(try PaymentApplication(persistentState: BERTLV.sequence(bytes)) == application)

        #expect(throws: AppletStateError.tlv(.missing(0xC1))) { try PaymentApplication(persistentState: []) }
        #expect(throws: AppletStateError.unexpected(0xC3)) {
            try PaymentApplication(persistentState: state + [state[2]])
        }
        #expect(throws: AppletStateError.impossible(0xC2)) {
            try PaymentApplication(persistentState: [state[0], BERTLV(0xC2)])
        }
        #expect(throws: AppletStateError.self) { try PaymentApplication(persistentState: [BERTLV(0xC1, [0])]) }
        #expect(throws: AppletStateError.self) { try PaymentApplication(persistentState: [BERTLV(0xC1, [0, 0, 0])]) }
        #expect(throws: AppletStateError.impossible(0xC3)) {
            try PaymentApplication(persistentState: [state[0], BERTLV(0xC3, [0x01, 0x01])])
        }
    }

    @Test("keys are not printed")
    func keysAreNotPrinted() throws {
        var application = PaymentApplication()
        try application.personalize(with: paymentGroupings)
        application.beginPersonalization()
        try application.personalize(block(paymentGroupings[1].bytes, last: false))
        var text = ""
        dump(application, to: &text)
        #expect(!text.contains("75"))
        #expect(!"\(application)".contains("75, 75"))
    }
}
