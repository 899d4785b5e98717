import EMV
import ISO7816
import Testing

@Suite struct CardAnswerTests {
    private func bytes(_ hex: String) throws -> [UInt8] { try [UInt8](hex: hex, allowingSpaces: true) }

    @Test("a payment directory lists AID, label and priority; an entry without a usable AID is passed over")
    func directory() throws {
        let answer = try bytes(
            """
            6F 3F 84 0E 325041592E5359532E4444463031 A5 2D BF0C 2A \
            61 0F 4F 07 A0000000031010 50 01 41 87 01 82 \
            61 05 50 01 42 87 00 61 04 4F 02 A000 61 0A 4F 05 A000000333 87 01 00
            """.replacing("\n", with: ""))
        let directory = try PaymentDirectory(answer: answer)
        #expect(
            directory.entries == [
                .init(application: "A0000000031010", label: "A", priority: 2),
                .init(application: "A000000333", label: nil, priority: 0),
            ])
    }

    @Test("the highest priority comes first, none comes last, and equals stay in the card's order")
    func priorities() {
        let entries = [0, 3, 1, 15, 3].enumerated().map { index, priority in
            PaymentDirectory.Entry(application: "A000000003", label: "\(index)", priority: UInt8(priority))
        }
        #expect(PaymentDirectory(entries).byPriority.map(\.label) == ["2", "1", "4", "3", "0"])
    }

    @Test("a directory in another template, without one, or cut short names what is wrong")
    func malformedDirectory() throws {
        let cases: [(String, CardAnswerError)] = [
            ("", .malformed(.truncatedTag(offset: 0))), ("70 00", .malformed(.unexpectedTag(0x70, expected: 0x6F))),
            ("6F 00", .missing(0xA5)), ("6F 02 A5 00", .missing(0xBF0C)),
            ("6F 00 00", .malformed(.trailingBytes(offset: 2))),
            (
                "6F 07 A5 05 BF0C 02 61 05",
                .malformed(.valueTruncated(tag: 0x61, announced: 5, available: 0))
            ),
        ]
        for (hex, error) in cases {
            #expect(throws: error, "\(hex)") { try PaymentDirectory(answer: bytes(hex)) }
        }
    }

    @Test("GET PROCESSING OPTIONS carries the values that the application asks for, and nothing when it asks nothing")
    func processingOptions() throws {
        let asking = try SelectedApplication(
            answer: bytes("6F 14 84 05 A000000003 A5 0B 50 01 41 9F38 05 9F37 04 9A 03"))
        #expect(asking.label == "A" && asking.application == "A000000003")
        let command = asking.getProcessingOptions([
            .unpredictableNumber: [1, 2, 3, 4], .transactionDate: [0x26, 0x11, 0x27],
        ])
        #expect(command.bytes.hex == "80A8000009830701020304261127" + "00")
        let silent = try SelectedApplication(answer: bytes("6F 09 84 05 A000000003 A5 00"))
        #expect(silent.getProcessingOptions([:]).bytes.hex == "80A8000002830000")
    }

    @Test("an application that names itself with no AID, or asks with half a list, is refused")
    func malformedApplication() throws {
        #expect(throws: CardAnswerError.missing(0x84)) { try SelectedApplication(answer: bytes("6F 02 A5 00")) }
        #expect(throws: CardAnswerError.invalid(0x84)) {
            try SelectedApplication(answer: bytes("6F 06 84 02 A000 A5 00"))
        }
        #expect(throws: CardAnswerError.list(.lengthMissing(0x9F37))) {
            try SelectedApplication(answer: bytes("6F 0E 84 05 A000000003 A5 05 9F38 02 9F37"))
        }
    }

    @Test("answers come in two formats with the same objects; format 1 fits to the byte")
    func formats() throws {
        let options = CardAnswer.processingOptions
        let expected = [BERTLV(0x82, [0x20, 0x00]), BERTLV(0x94, [0x08, 1, 1, 0])]
        #expect(try CardAnswer.objects(in: bytes("80 06 2000 08010100"), format1: options) == expected)
        #expect(try CardAnswer.objects(in: bytes("77 0A 82 02 2000 94 04 08010100"), format1: options) == expected)
        #expect(try CardAnswer.objects(in: bytes("80 02 2000"), format1: options) == [BERTLV(0x82, [0x20, 0x00])])
        #expect(throws: CardAnswerError.invalid(0x80)) {
            try CardAnswer.objects(in: bytes("80 01 20"), format1: options)
        }
        #expect(throws: CardAnswerError.malformed(.unexpectedTag(0x70, expected: 0x77))) {
            try CardAnswer.objects(in: bytes("70 00"), format1: options)
        }
        let made = CardAnswer.generatedCryptogram
        #expect(
            try CardAnswer.objects(in: bytes("80 0B 80 0001 0102030405060708"), format1: made).map(\.tag)
                == [0x9F27, 0x9F36, 0x9F26])
        #expect(throws: CardAnswerError.invalid(0x80)) {
            try CardAnswer.objects(in: bytes("80 0A 80 0001 01020304050607"), format1: made)
        }
    }

    @Test("what a card says twice is the same twice; more objects than any card has are refused, and nothing is added")
    func cardData() throws {
        var card = CardData()
        try card.add([BERTLV(0x82, [0, 0]), BERTLV(0x82, [0, 0])])
        #expect(throws: CardAnswerError.conflicting(0x82)) {
            try card.add([BERTLV(0x94, [1]), BERTLV(0x82, [0, 1])])
        }
        #expect(card[0x94] == nil)
        let full = (0..<255).map { BERTLV(BERTag(0x9F_8000 + UInt32($0)), [UInt8]()) }
        try card.add(full)
        #expect(throws: CardAnswerError.tooMany) { try card.add([BERTLV(0x94, [1])]) }
        #expect("\(card)" == "‹256 data objects›")
    }

    @Test("number and expiry come from their own objects or from track 2, which then agree")
    func account() throws {
        let number = try PrimaryAccountNumber("4761739001010010")
        let expiry = try #require(CardExpiry(year: 29, month: 12))
        let track = try Track2EquivalentData(number: number, expiry: expiry, serviceCode: "201")
        let (own, ends) = (BERTLV(0x5A, number.packed), BERTLV(0x5F24, expiry.packed))
        for objects in [[own, ends], [BERTLV(0x57, track.packed)], [own, ends, BERTLV(0x57, track.packed)]] {
            var card = CardData()
            try card.add(objects)
            let account = try card.account()
            #expect(account.number == number && account.expiry == expiry)
        }
        func failure(_ objects: [BERTLV]) -> CardAnswerError? {
            var card = CardData()
            do {
                try card.add(objects)
                _ = try card.account()
                return nil
            } catch {
                return error
            }
        }
        let other = try Track2EquivalentData(
            number: PrimaryAccountNumber("5413330089010434"), expiry: expiry, serviceCode: "201")
        #expect(failure([own, ends, BERTLV(0x57, other.packed)]) == .conflicting(0x57))
        #expect(failure([own]) == .missing(0x5F24) && failure([ends]) == .missing(0x5A))
        #expect(failure([BERTLV(0x5A, [0x47]), ends]) == .invalid(0x5A))
        #expect(failure([own, BERTLV(0x5F24, [0x29, 0x13, 0x01])]) == .invalid(0x5F24))
        #expect(failure([BERTLV(0x57, [0xD0])]) == .invalid(0x57))
    }

    @Test("a sequence number is two digits, and 0 where the card has none")
    func sequenceNumber() throws {
        var card = CardData()
        #expect(try card.sequenceNumber() == 0)
        try card.add([BERTLV(0x5F34, [0x12])])
        #expect(try card.sequenceNumber() == 12)
        for value: [UInt8] in [[], [0x0A], [0x01, 0x02]] {
            var card = CardData()
            try card.add([BERTLV(0x5F34, value)])
            #expect(throws: CardAnswerError.invalid(0x5F34)) { try card.sequenceNumber() }
        }
    }

    @Test("the file locator says which records are read and which of them are signed")
    func records() throws {
        var card = CardData()
        #expect(try card.recordsToRead().isEmpty)
        try card.add([BERTLV(0x94, [0x08, 1, 2, 1, 0x18, 3, 3, 0])])
        let records = try card.recordsToRead()
        #expect(records.map(\.isSigned) == [true, false, false])
        #expect(records.map { $0.command.bytes.hex } == ["00B2010C00", "00B2020C00", "00B2031C00"])
        var broken = CardData()
        try broken.add([BERTLV(0x94, [0x08, 2, 1, 0])])
        #expect(throws: CardAnswerError.fileLocator(.records(first: 2, last: 1, offset: 0))) {
            try broken.recordsToRead()
        }
    }
}
