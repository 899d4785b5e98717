import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("A universal card instance")
struct UniversalCardTests {
    private let contactless = AppletEnvironment(
        contactless: [], selectableApplications: [], interface: .contactless)

    @Test("before its data set it offers nothing, and every command but GET DATA is refused")
    func empty() throws {
        let instance = UniversalCardInstance()
        #expect(instance.contactlessOffer == nil)
        #expect(
            instance.fileControlInformation(for: paymentAID, emptyEnvironment).hex == "6F0B8407A0000000041010A500")
        for (apdu, status) in [
            ("80A8000002830000", "6985"), ("00B2010C00", "6A83"), ("00B201EC00", "6A83"), ("00B201F400", "6A83"),
            ("80D00000", "6985"), ("80D20000", "6985"), ("80AE800000", "6985"), ("80CA9F3600", "9F360200009000"),
        ] {
            #expect(try instance.unchanged(apdu) == status, "\(apdu)")
        }
    }

    @Test("SELECT shows the label of the chosen card, and where the log is")
    func selection() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1), universalRecord(2, label: "Other")])
        func label() throws -> [UInt8]? {
            let answer = instance.fileControlInformation(for: paymentAID, emptyEnvironment)
            let content = AnsweredObjects(try BERTLV(bytes: answer).children()[1].children())
            #expect(content[0xBF0C]?.hex == "9F4D020B0A")
            return content[.applicationLabel]
        }
        #expect(try label() == Array("My card".utf8))
        _ = instance.process(try command("80D00000080000000000000002"), emptyEnvironment)
        #expect(try label() == Array("Other".utf8))
        _ = instance.process(try command("80D00000"), emptyEnvironment)
        #expect(try label() == Array("Universal".utf8))
        #expect(instance.contactlessOffer == nil)
    }

    @Test("a terminal gets the token of the chosen card and a cryptogram that its key makes (UCI-04)")
    func quickPayment() throws {
        let record = try universalRecord(1)
        var instance = try UniversalCardInstance.personalized([record, universalRecord(2)])
        let purchase = TestPurchase()
        let response = instance.process(purchase.processingOptions, contactless)
        #expect(response.statusWord == .success)
        let answer = response.objects
        #expect(
            answer.tags
                == [0x82, 0x94, 0x57, 0x5F34, 0x9F10, 0x9F26, 0x9F27, 0x9F36, 0x9F6C, 0x9F24])
        let token = try #require(record.token(for: .nfc))
        #expect(answer[0x57]?.hex == token.number.revealed() + "D3012201")
        #expect(answer[0x9F10]?.hex == "06011203A00000")
        #expect(answer[0x9F27] == [0x80] && answer[0x9F36] == [0, 1] && answer[0x9F6C] == [0, 0])
        let key = CardKeys.optionA(master: universalKey, number: token.number, sequenceNumber: 1)
        let profile = try #require(answer[0x82])
        #expect(try answer[0x9F26] == purchase.expectedCryptogram(answer, profile, cardKey: key))
        #expect(
            try BERTLV(bytes: instance.process(command("00B2010C00"), contactless).data).children().map(\.tag)
                == [0x5A, 0x5F24, 0x5F34, 0x5F28, 0x9F07])
    }

    @Test("with a share the key is made of both halves: neither alone makes the cryptogram (UPD-03)")
    func keyShare() throws {
        let record = try universalRecord(1, share: [UInt8](repeating: 0x5C, count: 16))
        var instance = try UniversalCardInstance.personalized([record])
        let purchase = TestPurchase()
        let answer = instance.process(purchase.processingOptions, contactless).objects
        let token = try #require(record.token(for: .nfc))
        let profile = try #require(answer[0x82])
        func cryptogram(_ master: TripleDESKey) throws -> [UInt8] {
            try purchase.expectedCryptogram(
                answer, profile,
                cardKey: CardKeys.optionA(master: master, number: token.number, sequenceNumber: 1))
        }
        let share = try #require(record.keyShare)
        #expect(try answer[0x9F26] == cryptogram(UniversalPersonalization.combined(universalKey, share)))
        #expect(try answer[0x9F26] != cryptogram(universalKey))
        #expect(try answer[0x9F26] != cryptogram(TripleDESKey(share)))
    }

    @Test("two records, and two types of instance, make different cryptograms of one purchase (UCI-03, UPD-04)")
    func distinctCards() throws {
        var cryptograms: Set<[UInt8]> = []
        let other = try TripleDESKey(bytes("505152535455565758595A5B5C5D5E5F"))
        for (number, key) in [(1, universalKey), (2, universalKey), (1, other)] as [(UInt8, TripleDESKey)] {
            var instance = UniversalCardInstance()
            try instance.personalize(with: universalSet(key: key).dataGroupings)
            try instance.personalize(with: [universalRecord(number).grouping.dataGrouping])
            let answer = instance.process(TestPurchase().processingOptions, contactless).objects
            cryptograms.insert(try #require(answer[0x9F26]))
        }
        #expect(cryptograms.count == 3)
    }

    @Test("the device gets a cryptogram with the token of the function; the counter is the same for all")
    func remotePayment() throws {
        let record = try universalRecord(1, becomesChosen: false)
        var instance = try UniversalCardInstance.personalized([record])
        #expect(instance.contactlessOffer == nil, "no card is chosen")
        for (counter, function) in [UniversalCardRecord.Function.qr, .online].enumerated() {
            let purchase = TestPurchase()
            let response = instance.process(
                purchase.generateCryptogram(record, function.rawValue), emptyEnvironment)
            #expect(response.statusWord == .success)
            let answer = response.objects
            #expect(answer.tags == [0x82, 0x57, 0x5F34, 0x9F27, 0x9F36, 0x9F26, 0x9F10])
            let token = try #require(record.token(for: function))
            #expect(try Track2EquivalentData(packed: #require(answer[0x57])).number == token.number)
            #expect(answer[0x9F36] == [0, UInt8(counter + 1)])
            let key = CardKeys.optionA(master: universalKey, number: token.number, sequenceNumber: 1)
            #expect(
                try answer[0x9F26]
                    == purchase.expectedCryptogram(answer, universalSet().interchangeProfile.bytes, cardKey: key))
        }
    }

    @Test("a remote cryptogram of another length, function or card is refused and not counted")
    func remoteRefusals() throws {
        let record = try universalRecord(1, functions: [.nfc, .qr])
        let instance = try UniversalCardInstance.personalized([record])
        let purchase = TestPurchase()
        func status(_ command: CommandAPDU, _ environment: AppletEnvironment = emptyEnvironment) -> StatusWord? {
            var after = instance
            let response = after.process(command, environment)
            return after == instance ? response.statusWord : nil
        }
        var short = purchase.generateCryptogram(record, 0x02)
        short.data.removeLast()
        #expect(status(short) == 0x6700)
        var long = purchase.generateCryptogram(record, 0x02)
        long.data.append(0)
        #expect(status(long) == 0x6700)
        var decline = purchase.generateCryptogram(record, 0x02)
        decline.p1 = 0x00
        #expect(status(decline) == 0x6A86)
        #expect(status(purchase.generateCryptogram(record, 0x01)) == 0x6A80, "nfc is for terminals")
        #expect(status(purchase.generateCryptogram(record, 0x04)) == 0x6A80)
        #expect(status(purchase.generateCryptogram(record, 0x03)) == 0x6A88, "the record has no such function")
        #expect(try status(purchase.generateCryptogram(universalRecord(2), 0x02)) == 0x6A88)
        #expect(status(purchase.generateCryptogram(record, 0x02), contactless) == 0x6985)
    }

    @Test(
        "what is the device's is refused over the contactless interface with 6985",
        arguments: ["80D00000", "80D00000080000000000000001", "80D20000", "80AE800000", "00B201EC00", "00B201F400"])
    func wiredOnly(apdu: String) throws {
        let instance = try UniversalCardInstance.personalized([universalRecord(1)])
        #expect(try instance.unchanged(apdu, contactless) == "6985")
    }

    @Test(
        "a command that is refused changes nothing",
        arguments: [
            ("80D0020008000000000000000100", "6A86"), ("80D0001008000000000000000100", "6A86"),
            ("80D0010108000000000000000100", "6700"), ("80D000000700000000000001", "6700"),
            ("80D00000080000000000000009", "6A88"), ("80D2000001FF", "6700"), ("80D20001", "6A86"),
            ("80A8000002830000", "6700"), ("80A80000028400 00", "6A80"), ("80A8000100", "6A86"),
            ("00B2020C00", "6A83"), ("00B2010C01FF", "6700"), ("00B2010D00", "6A86"), ("00B201 5C00", "6A83"),
            ("00B202EC00", "6A83"), ("00B202F400", "6A83"), ("00B200F400", "6A83"), ("00B2011400", "6A83"),
            ("80CA9F1300", "6A88"), ("80CA9F3601FF", "6700"), ("00CA9F3600", "6D00"), ("80E2000000", "6D00"),
        ])
    func refusals(apdu: String, status: String) throws {
        let instance = try UniversalCardInstance.personalized([universalRecord(1)])
        #expect(try instance.unchanged(apdu.filter { $0 != " " }) == status)
    }

    @Test("the device reads what the instance holds: the set's digest, the records and their fingerprints, no token")
    func inventory() throws {
        let records = try [universalRecord(1), universalRecord(2, functions: [.online], label: "B")]
        let instance = try UniversalCardInstance.personalized(records)
        let universal = try universalSet()
        let first = try #require(try instance.unchanged("00B201EC00"))
        #expect(
            first == BERTLV(
                0x70,
                [
                    BERTLV(
                        0xDF60,
                        [
                            BERTLV(0x80, universal.universalIdentifier), BERTLV(0x81, [0x01]),
                            BERTLV(0x82, universal.digest),
                            BERTLV(0x83, [0x02]), BERTLV(0x84, [0x20]),
                        ])
                ]
            ).bytes.hex + "9000")
        for (number, record) in records.enumerated() {
            let answer = try #require(try instance.unchanged("00B20\(number + 1)F400"))
            #expect(
                answer == BERTLV(
                    0x70,
                    [
                        BERTLV(
                            0xE0,
                            [
                                BERTLV(0xC0, record.reference.bytes), BERTLV(0x50, Array(record.label.utf8)),
                                BERTLV(0x9F25, bytes("4242")), BERTLV(0x83, [number == 0 ? 0x01 : 0x00]),
                                BERTLV(0x85, bytes(number == 0 ? "07" : "04")), BERTLV(0x86, record.fingerprint),
                            ])
                    ]
                ).bytes.hex + "9000")
            for token in record.tokens { #expect(!answer.contains(token.number.revealed())) }
        }
        #expect(try instance.unchanged("00B203F400") == "6A83")
    }

    @Test("the counter stops at 65 535 and neither interface gets a cryptogram after it (UCI-05)")
    func counterBound() throws {
        let record = try universalRecord(1)
        var state = try UniversalCardInstance.personalized([record]).persistentState
        state[0].value = [0xFF, 0xFE]
        var instance = try UniversalCardInstance(persistentState: state)
        let purchase = TestPurchase()
        #expect(instance.process(purchase.processingOptions, contactless).objects[0x9F36] == [0xFF, 0xFF])
        let last = instance
        #expect(instance.process(purchase.processingOptions, contactless).statusWord == 0x6985)
        #expect(
            instance.process(purchase.generateCryptogram(record, 0x02), emptyEnvironment).statusWord == 0x6985)
        #expect(instance == last)
    }
}
