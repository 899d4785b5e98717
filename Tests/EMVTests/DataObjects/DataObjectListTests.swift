import EMV
import ISO7816
import Testing

@Suite("A data object list")
struct DataObjectListTests {
    static let quick = "9F6604 9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"

    @Test("is read entry by entry and written as it was")
    func reading() throws {
        let list = try DataObjectList(bytes: hex(Self.quick))
        #expect(list.entries.count == 9)
        #expect(list.entries[0] == .init(.terminalTransactionQualifiers, 4))
        #expect(list.totalLength == 33)
        #expect(list.bytes == hex(Self.quick))
        #expect(list.contains(.unpredictableNumber))
        #expect(!list.contains(.terminalType))
        #expect(try DataObjectList(bytes: []).entries.isEmpty)
    }

    @Test(
        "is refused where it breaks off or asks for more than a command holds",
        arguments: [
            ("9F", DataObjectListError.truncatedTag(offset: 0)), ("9A03 9F", .truncatedTag(offset: 2)),
            ("9F66", .lengthMissing(0x9F66)), ("9A", .lengthMissing(0x9A)), ("9A03 5F2A", .lengthMissing(0x5F2A)),
            ("9F81", .truncatedTag(offset: 0)), ("9F8182 8302", .tagTooLong(offset: 0)),
            ("9AFD", .totalLength(253)), ("9A80 957D", .totalLength(253)),
        ])
    func refusals(bytes: String, error: DataObjectListError) {
        #expect(throws: error) { try DataObjectList(bytes: hex(bytes)) }
    }

    @Test("holds 252 bytes of values and a tag of three bytes")
    func bounds() throws {
        #expect(try DataObjectList(bytes: hex("9AFC")).totalLength == 252)
        #expect(try DataObjectList(bytes: hex("DF811F02")).entries == [.init(0xDF811F, 2)])
    }

    @Test("has its values in order; what is not at hand or is a template is zeros")
    func values() throws {
        let list = try DataObjectList(bytes: hex("9C01 9F3704 9F3501 7002 9A03"))
        let values = list.values(from: [
            .transactionType: hex("20"), .unpredictableNumber: hex("01020304"), .transactionDate: hex("261127"),
            .recordTemplate: hex("FFFF"),
        ])
        #expect(values == hex("20 01020304 00 0000 261127"))
    }

    @Test("cuts and fills digits on the left, compressed digits with F on the right, all else with zeros on the right")
    func fitting() throws {
        let objects: [BERTag: [UInt8]] = [
            .amountAuthorized: hex("000000001250"), .primaryAccountNumber: hex("6299000000000007"),
            .cardDynamicNumber: hex("0102030405060708"),
        ]
        func values(_ list: String) throws -> [UInt8] { try DataObjectList(bytes: hex(list)).values(from: objects) }
        #expect(try values("9F0204") == hex("00001250"))
        #expect(try values("9F0208") == hex("0000000000001250"))
        #expect(try values("5A06") == hex("629900000000"))
        #expect(try values("5A0A") == hex("6299000000000007FFFF"))
        #expect(try values("9F4C02") == hex("0102"))
        #expect(try values("9F4C09") == hex("010203040506070800"))
        #expect(try values("9F4C00").isEmpty)
    }

    @Test("splits the values that were sent, all of them and nothing more")
    func splitting() throws {
        let list = try DataObjectList(bytes: hex("9C01 9F3704"))
        #expect(try list.objects(in: hex("2001020304"))[.unpredictableNumber] == hex("01020304"))
        #expect(throws: DataObjectListError.valuesLength(found: 4, expected: 5)) {
            try list.objects(in: hex("20010203"))
        }
        #expect(throws: DataObjectListError.valuesLength(found: 6, expected: 5)) {
            try list.objects(in: hex("200102030405"))
        }
    }
}
