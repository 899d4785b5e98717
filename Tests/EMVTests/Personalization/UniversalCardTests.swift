import CardCryptography
import EMV
import ISO7816
import Testing

@Suite("A card record")
struct UniversalCardRecordTests {
    static func record(
        functions: [UniversalCardRecord.Function] = [.nfc, .qr, .online], label: String = "Everyday",
        share: Bool = true,
        becomesChosen: Bool = true
    ) throws -> UniversalCardRecord {
        let numbers = ["6299000000000007", "6299000000000015", "6299000000000023"]
        let tokens = try zip(functions, numbers).map { function, number in
            UniversalCardRecord.Token(
                function: function, number: try PrimaryAccountNumber(number),
                expiry: try #require(CardExpiry(year: 29, month: 12)), sequenceNumber: 12)
        }
        return try UniversalCardRecord(
            reference: try #require(UniversalCardReference(hex("0102030405060708"))), tokens: tokens, label: label,
            lastFour: "0042", paymentAccountReference: "V001" + String(repeating: "7", count: 25),
            keyShare: share ? SecretBytes([UInt8](repeating: 0xA5, count: 16)) : nil, becomesChosen: becomesChosen)
    }

    static let bytes =
        "C0 08 0102030405060708"
        + "E1 17 80 01 01 5A 08 6299000000000007 5F24 03 291231 5F34 01 12"
        + "50 08 4576657279646179 9F25 02 0042 9F24 1D 56303031 37373737373737373737373737373737373737373737373737"
    static let share = "C2 10 A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5"

    @Test("is written as laid down: reference, tokens, label, last four, account reference, share, choice (UCI-03)")
    func writing() throws {
        let bare = try Self.record(functions: [.nfc], share: false, becomesChosen: false)
        #expect(bare.bytes == hex(Self.bytes))
        let whole = try Self.record(functions: [.nfc])
        #expect(whole.bytes == hex(Self.bytes + Self.share + "C3 01 01"))
        #expect(whole.grouping.identifier == 0xA100)
        #expect(whole.grouping.isConfidential)
        #expect("\(whole.grouping)" == "DGI A100 ‹\(whole.bytes.count) bytes›")
    }

    @Test("is read as it was written, with one to three functions, with and without a share and a choice")
    func roundTrip() throws {
        let functions: [[UniversalCardRecord.Function]] = [[.nfc], [.qr, .online], [.nfc, .qr, .online], [.online]]
        for functions in functions {
            for share in [true, false] {
                for chosen in [true, false] {
                    let record = try Self.record(functions: functions, share: share, becomesChosen: chosen)
                    let read = try UniversalCardRecord(bytes: record.bytes)
                    #expect(read == record)
                    #expect(read.fingerprint == record.fingerprint)
                    #expect(read.fingerprint == Array(Digest.hash(record.bytes).prefix(8)))
                }
            }
        }
        let record = try Self.record(functions: [.nfc, .online])
        #expect(record.functionBitmap == 0b101)
        #expect(record.token(for: .online)?.number.revealed() == "6299000000000015")
        #expect(record.token(for: .qr) == nil)
    }

    @Test("is refused when it breaks off anywhere")
    func truncated() throws {
        let bytes = hex(Self.bytes + Self.share + "C3 01 01")
        // The record is whole without the choice, and without share and choice.
        let whole = [bytes.count, bytes.count - 3, bytes.count - 3 - 18]
        for count in 0..<bytes.count where !whole.contains(count) {
            #expect(throws: UniversalCardRecordError.self) {
                try UniversalCardRecord(bytes: Array(bytes.prefix(count)))
            }
        }
    }

    @Test(
        "is refused with the data object that is wrong",
        arguments: [
            ("C008", "C108", UniversalCardRecordError.layout(.unexpectedTag(0xC1, expected: 0xC0))),
            ("C0080102030405060708", "C00701020304050607", .length(0xC0, 7)),
            ("800101", "800104", .function([0x04])), ("800101", "800100", .function([0x00])),
            ("6299000000000007", "6299000000000008", .number(.checkDigit)),
            ("6299000000000007", "629900000000000A", .number(.notDigits)),
            ("5F2403291231", "5F2403291230", .expiry), ("5F2403291231", "5F2403291331", .expiry),
            ("5F340112", "5F34011A", .sequenceNumber), ("9F25020042", "9F2502004F", .lastFour),
            ("9F25020042", "9F250142", .lastFour), ("4576657279646179", "457665727964610A", .label),
            ("56303031", "76303031", .paymentAccountReference),
            ("C30101", "C30100", .becomesChosen), ("C30101", "C3020101", .becomesChosen),
            ("C30101", "C30101C30101", .layout(.trailingBytes(offset: 103))),
            ("C30101", "DF0101", .layout(.trailingBytes(offset: 100))),
        ])
    func refusals(what: String, by replacement: String, error: UniversalCardRecordError) throws {
        let valid = (Self.bytes + Self.share + "C30101").filter { $0 != " " }
        let altered = valid.replacing(what, with: replacement, maxReplacements: 1)
        #expect(altered != valid)
        #expect(throws: error) { try UniversalCardRecord(bytes: hex(altered)) }
    }

    @Test("has every function once, in their order, and at least one")
    func functions() throws {
        #expect(throws: UniversalCardRecordError.tokenCount(0)) { try Self.record(functions: []) }
        #expect(throws: UniversalCardRecordError.functionOrder(.nfc)) { try Self.record(functions: [.nfc, .nfc]) }
        #expect(throws: UniversalCardRecordError.functionOrder(.nfc)) { try Self.record(functions: [.qr, .nfc]) }
    }

    @Test("has a label of 1 to 16 characters")
    func label() throws {
        #expect(try Self.record(label: String(repeating: "a", count: 16)).label.count == 16)
        for label in ["", String(repeating: "a", count: 17), "Größe"] {
            #expect(throws: UniversalCardRecordError.label) { try Self.record(label: label) }
        }
    }

    @Test("is deleted by its reference alone")
    func deletion() throws {
        let reference = try #require(UniversalCardReference(hex("0102030405060708")))
        let grouping = UniversalCardDeletion.grouping(for: reference)
        #expect(grouping.identifier == 0xA101)
        #expect(grouping.data.revealed() == hex("C0080102030405060708"))
        #expect(try UniversalCardDeletion.reference(in: grouping.data.revealed()) == reference)
        #expect(throws: UniversalCardRecordError.length(0xC0, 7)) {
            try UniversalCardDeletion.reference(in: hex("C00701020304050607"))
        }
        #expect(throws: UniversalCardRecordError.layout(.trailingBytes(offset: 10))) {
            try UniversalCardDeletion.reference(in: hex("C008010203040506070800"))
        }
        #expect(throws: UniversalCardRecordError.layout(.missing(0xC0))) { try UniversalCardDeletion.reference(in: []) }
    }
}

@Suite("A universal personalization data set")
struct UniversalPersonalizationTests {
    static func data(_ type: UniversalPersonalization.CardType = .debit) throws -> UniversalPersonalization {
        try .onlineOnly(
            type, universalIdentifier: hex("00112233445566778899AABBCCDDEEFF"), label: "Universal debit", priority: 1,
            instanceKey: TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543210")), issuerCountryCode: 276)
    }

    @Test("has six groupings, of which the key alone is confidential (UPD-01)")
    func groupings() throws {
        let groupings = try Self.data().groupings
        #expect(groupings.map(\.identifier) == UniversalPersonalization.identifiers)
        #expect(groupings.filter(\.isConfidential).map(\.identifier) == [0x8000])
        let data = groupings.map { $0.data.revealed() }
        #expect(data[0] == hex("70 0A 5F28 02 0276 9F07 02 FF00"))
        #expect(data[1] == hex("0123456789ABCDEFFEDCBA9876543210"))
        #expect(data[3] == hex("82 02 0200"))
        #expect(data[4] == hex("01 12"))
        #expect(data[5] == hex("00112233445566778899AABBCCDDEEFF 01"))
    }

    static func byIdentifier(_ data: UniversalPersonalization) -> [UInt16: [UInt8]] {
        Dictionary(uniqueKeysWithValues: data.groupings.map { ($0.identifier, $0.data.revealed()) })
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        for type in UniversalPersonalization.CardType.allCases {
            let data = try Self.data(type)
            let read = try UniversalPersonalization(Self.byIdentifier(data))
            #expect(read == data)
            #expect(read.digest == data.digest)
        }
        #expect(try Self.data(.debit).digest != Self.data(.credit).digest)
    }

    @Test("is refused when one grouping is missing, malformed or a stranger, which is named (UPD-01)")
    func refusals() throws {
        let whole = Self.byIdentifier(try Self.data())
        for identifier in UniversalPersonalization.identifiers {
            var altered = whole
            altered[identifier] = nil
            #expect(throws: UniversalPersonalizationError.missingGrouping(identifier)) {
                try UniversalPersonalization(altered)
            }
            altered[identifier] = Array((whole[identifier] ?? []).dropLast())
            #expect(throws: UniversalPersonalizationError.grouping(identifier)) {
                try UniversalPersonalization(altered)
            }
        }
        var altered = whole
        altered[0xA001]?[16] = 0x03
        #expect(throws: UniversalPersonalizationError.grouping(0xA001)) { try UniversalPersonalization(altered) }
        altered = whole
        altered[0x9200]?[1] = 0x0A
        #expect(throws: UniversalPersonalizationError.grouping(0x9200)) { try UniversalPersonalization(altered) }
        altered = whole
        altered[0xA100] = []
        #expect(throws: UniversalPersonalizationError.unknownGrouping(0xA100)) { try UniversalPersonalization(altered) }
        altered = whole
        altered[0x0101] = hex("70 0A 5A 08 6299000000000007")
        #expect(throws: UniversalPersonalizationError.grouping(0x0101)) { try UniversalPersonalization(altered) }
        altered = whole
        altered[0x9102] = hex("50 01 41 9F38 02 9F66")
        #expect(throws: UniversalPersonalizationError.processingOptions(.lengthMissing(0x9F66))) {
            try UniversalPersonalization(altered)
        }
    }

    @Test("makes a card's master key from the instance key, or from both halves (UPD-04)")
    func masterKeys() throws {
        let data = try Self.data()
        let shared = try UniversalCardRecordTests.record(share: true)
        #expect(data.masterKey(for: try UniversalCardRecordTests.record(share: false)) == data.instanceKey)
        #expect(data.masterKey(for: shared).bytes.revealed() == hex("A486E0C22C0E684A5B791F3DD3F197B5"))
    }
}
