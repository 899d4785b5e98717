import EMV
import Testing

@Suite("An application file locator")
struct FileLocatorTests {
    @Test("names files, records and how many of them are signed")
    func reading() throws {
        let locator = try ApplicationFileLocator(bytes: hex("08010100 10010301"))
        #expect(locator.entries[0].shortFileIdentifier == 1)
        #expect(locator.entries[0].records == 1...1)
        #expect(locator.entries[0].signedCount == 0)
        #expect(locator.entries[1].records == 1...3)
        #expect(locator.entries[1].signedCount == 1)
        #expect(locator.bytes == hex("08010100 10010301"))
        #expect(
            try ApplicationFileLocator.Entry(file: 30, records: 2...4, signedCount: 3)
                == .init(file: 30, records: 2...4, signedCount: 3))
    }

    @Test(
        "is refused with the byte that is wrong",
        arguments: [
            ("", ApplicationFileLocatorError.length(0)), ("080101", .length(3)), ("0801010010", .length(5)),
            ("00010100", .file(0x00, offset: 0)), ("09010100", .file(0x09, offset: 0)),
            ("08010100 F8010100", .file(0xF8, offset: 4)), ("08000100", .records(first: 0, last: 1, offset: 0)),
            ("08020100", .records(first: 2, last: 1, offset: 0)), ("08010203", .signedCount(3, offset: 0)),
            (String(repeating: "08010100", count: 64), .length(256)),
        ])
    func refusals(bytes: String, error: ApplicationFileLocatorError) {
        #expect(throws: error) { try ApplicationFileLocator(bytes: hex(bytes)) }
    }

    @Test("has 63 entries at most")
    func bound() throws {
        #expect(try ApplicationFileLocator(bytes: hex(String(repeating: "08010100", count: 63))).entries.count == 63)
    }
}

@Suite("An application interchange profile")
struct InterchangeProfileTests {
    @Test("has its bits where the standard puts them")
    func bits() throws {
        #expect(ApplicationInterchangeProfile(bytes: hex("2000")) == [.dynamicDataAuthentication])
        let mChip: ApplicationInterchangeProfile = [
            .dynamicDataAuthentication, .cardholderVerification, .terminalRiskManagement, .combinedDataAuthentication,
            .contactlessEMVMode,
        ]
        #expect(mChip.bytes == hex("3980"))
        #expect(ApplicationInterchangeProfile(bytes: hex("20")) == nil)
        #expect(ApplicationInterchangeProfile(bytes: hex("200000")) == nil)
    }
}

@Suite("Binary coded decimals")
struct BinaryCodedDecimalTests {
    @Test("stand behind zeros in format n")
    func numeric() {
        #expect(BinaryCodedDecimal.numeric(1250, count: 6) == hex("000000001250"))
        #expect(BinaryCodedDecimal.numeric(99, count: 1) == hex("99"))
        #expect(BinaryCodedDecimal.numeric(100, count: 1) == nil)
        #expect(BinaryCodedDecimal.numeric(-1, count: 6) == nil)
        #expect(BinaryCodedDecimal.number(hex("000000001250")) == 1250)
        #expect(BinaryCodedDecimal.number(hex("00000000125A")) == nil)
        #expect(BinaryCodedDecimal.number(hex("99999999999999999999")) == nil)
    }

    @Test("stand before F in format cn")
    func compressed() {
        #expect(BinaryCodedDecimal.compressed("12345") == hex("12345F"))
        #expect(BinaryCodedDecimal.compressed("1234", count: 4) == hex("1234FFFF"))
        #expect(BinaryCodedDecimal.compressed("12345", count: 2) == nil)
        #expect(BinaryCodedDecimal.compressed("12A4") == nil)
        #expect(BinaryCodedDecimal.digits(hex("0123")) == "0123")
        #expect(BinaryCodedDecimal.digits(hex("012F")) == nil)
    }
}
