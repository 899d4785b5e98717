import EMV
import ISO7816
import Testing

@Suite("A merchant-presented code")
struct MerchantPresentedCodeTests {
    @Test("the checksum of 123456789 is 29B1")
    func checksum() { #expect(CRC16.checksum(Array("123456789".utf8)) == 0x29B1) }

    @Test("is written as it was read: EMVCo's example and a static code", arguments: QRVectors.file.mpm.map(\.payload))
    func vectors(payload: String) throws {
        #expect(try MerchantPresentedCode(text: payload).text == payload)
    }

    @Test("tells merchant, account, amount, tip and the other language of EMVCo's example")
    func reading() throws {
        let code = try MerchantPresentedCode(text: QRVectors.payload("mpm-spec"))
        #expect(code.isDynamic == true)
        #expect(code.merchantAccounts.map(\.identifier) == [29, 31])
        #expect(try code.merchantAccounts[0].objects().map(\.value) == ["D15600000000", "A93FO3230Q"])
        #expect(code.merchantCategory == "4111")
        #expect(code.currency == "156")
        #expect(code.amount == "23.72")
        #expect(code.country == "CN")
        #expect(code.merchantName == "BEST TRANSPORT")
        #expect(code.merchantCity == "BEIJING")
        #expect(code.tip == .asked)
        #expect(code.otherLanguage.map(\.value) == ["ZH", "最佳运输", "北京"])
        #expect(code.additionalData.map(\.identifier) == [3, 6, 7, 9])
        let plain = try MerchantPresentedCode(text: QRVectors.payload("static"))
        #expect(plain.isDynamic == false)
        #expect(plain.amount == nil)
        #expect(plain.tip == nil)
        #expect(plain.merchantAccounts.map(\.identifier) == [15])
        #expect(plain.otherLanguage.isEmpty)
    }

    @Test("that other tools refuse is refused with the same reason")
    func invalidVectors() {
        let refusals: [(String, MerchantPresentedCodeError)] = [
            ("bad-crc", .checksum(found: "A13B", computed: "A13A")),
            ("len-overrun", .truncated(29, announced: 30, available: 4, offset: 12)), ("no-crc", .checksumMissing),
            ("dup-tag", .duplicate([0])),
        ]
        for (id, error) in refusals {
            #expect(throws: error) { try MerchantPresentedCode(text: QRVectors.payload(id)) }
        }
    }

    /// A code of these data objects with a checksum that fits, whatever they are.
    static func text(_ objects: String) -> String {
        objects + "6304" + hexChecksum(objects + "6304")
    }

    static func hexChecksum(_ text: String) -> String {
        let value = CRC16.checksum(Array(text.utf8))
        return [UInt8(value >> 8), UInt8(value & 0xFF)].hex
    }

    static let valid = "000201" + "0415123456789012345" + "52044111" + "5303156" + "5802CN" + "5901A" + "6001B"

    @Test("is refused with the place or the data object that is wrong")
    func refusals() throws {
        #expect(try MerchantPresentedCode(text: Self.text(Self.valid)).merchantName == "A")
        func refused(_ error: MerchantPresentedCodeError, _ text: String) {
            #expect(throws: error) { try MerchantPresentedCode(text: text) }
        }
        func refusedObjects(_ error: MerchantPresentedCodeError, _ more: String) {
            refused(error, Self.text(Self.valid + more))
        }
        refused(.checksumMissing, "")
        refused(.identifier(offset: 0), "0")
        refused(.identifier(offset: 0), "A00201")
        refused(.length(0, offset: 2), "00")
        refused(.length(0, offset: 2), "000")
        refused(.length(0, offset: 2), "00A201")
        refused(.truncated(0, announced: 2, available: 1, offset: 0), "00020")
        refused(.value([0]), "0000")
        refused(.checksumMissing, Self.valid)
        refused(.checksumNotLast, Self.text(Self.valid) + "6101C")
        refused(.checksumNotLast, Self.text(Self.valid) + "63041234")
        refused(.value([63]), Self.valid + "6303ABC")
        let right = Self.hexChecksum(Self.valid + "6304")
        refused(
            .checksum(found: right.lowercased(), computed: right), Self.valid + "6304" + right.lowercased())
        refused(.payloadFormat, Self.text(String(Self.valid.dropFirst(6))))
        refused(.payloadFormat, Self.text(Self.valid.replacing("000201", with: "000202")))
        refused(.noMerchantAccount, Self.text(Self.valid.replacing("0415123456789012345", with: "")))
        for (object, identifier) in [("52044111", 52), ("5303156", 53), ("5802CN", 58), ("5901A", 59), ("6001B", 60)] {
            refused(.missing([identifier]), Self.text(Self.valid.replacing(object, with: "")))
        }
        refused(.value([52]), Self.text(Self.valid.replacing("52044111", with: "520441A1")))
        refused(.value([53]), Self.text(Self.valid.replacing("5303156", with: "530215")))
        refused(.value([58]), Self.text(Self.valid.replacing("5802CN", with: "5802Cn")))
        refusedObjects(.value([1]), "010213")
        for amount in ["0", "0.00", ".5", "1.2.3", "1,5", "-1", "12345678901234"] {
            refusedObjects(.value([54]), "54" + (amount.count < 10 ? "0" : "") + "\(amount.count)" + amount)
        }
        refusedObjects(.value([55]), "550204")
        refusedObjects(.tip, "550202")
        refusedObjects(.tip, "5502015604" + "1.50")
        refusedObjects(.tip, "56041.50")
        refusedObjects(.tip, "550202" + "57015")
        refusedObjects(.value([57]), "5502035703100")
        refusedObjects(.value([61]), "611112345678901")
        refusedObjects(.missing([26, 0]), "26050101A")
        refusedObjects(.value([26]), "2603ABC")
        refusedObjects(.duplicate([62, 1]), "62100101A0101B")
        refusedObjects(.missing([64, 1]), "64060002EN")
        refusedObjects(.value([64, 0]), "64120003ENG0101A")
        refusedObjects(.value([64, 0]), "6411000212" + "0101A")
        refusedObjects(.value([62, 9]), "62060902AX")
        refusedObjects(.value([62, 9]), "62060902AA")
        refusedObjects(.value([62, 1]), "62300126" + String(repeating: "x", count: 26))
        refusedObjects(.value([26, 0]), "26370033" + String(repeating: "x", count: 33))
        refusedObjects(.missing([80, 0]), "80050101A")
    }

    @Test("keeps its bounds: names of 25, cities of 15, postal codes of 10, amounts of 13, codes of 512 characters")
    func bounds() throws {
        func code(name: Int = 1, city: Int = 1, more: [QRDataObject] = []) throws -> MerchantPresentedCode {
            try MerchantPresentedCode(
                [
                    QRDataObject(0, "01"), QRDataObject(4, "123456789012345"), QRDataObject(52, "4111"),
                    QRDataObject(53, "156"), QRDataObject(58, "CN"),
                    QRDataObject(59, String(repeating: "運", count: name)),
                    QRDataObject(60, String(repeating: "B", count: city)),
                ] + more)
        }
        #expect(try code(name: 25, city: 15).merchantName.count == 25)
        #expect(throws: MerchantPresentedCodeError.value([59])) { try code(name: 26) }
        #expect(throws: MerchantPresentedCodeError.value([60])) { try code(city: 16) }
        #expect(try code(more: [QRDataObject(61, "1234567890")]).text.contains("61101234567890"))
        #expect(try code(more: [QRDataObject(54, "1234567890.12")]).amount == "1234567890.12")
        #expect(try code(more: [QRDataObject(55, "03"), QRDataObject(57, "99.99")]).tip == .percentage("99.99"))
        #expect(try code(more: [QRDataObject(55, "02"), QRDataObject(56, "1.50")]).tip == .fixed("1.50"))
        let full = try code().text.unicodeScalars.count
        func filling(_ count: Int) throws -> [QRDataObject] {
            // Objects of 103 characters, the last of what is left.
            var (objects, left, identifier) = ([QRDataObject](), count, 65)
            while left > 107 {
                objects.append(try QRDataObject(identifier, String(repeating: "x", count: 99)))
                (left, identifier) = (left - 103, identifier + 1)
            }
            return objects + [try QRDataObject(identifier, String(repeating: "x", count: left - 4))]
        }
        #expect(try code(more: filling(512 - full)).text.unicodeScalars.count == 512)
        #expect(throws: MerchantPresentedCodeError.tooLong(513)) { try code(more: filling(513 - full)) }
        #expect(throws: MerchantPresentedCodeError.tooLong(513)) {
            try MerchantPresentedCode(text: String(repeating: "0", count: 513))
        }
        #expect(throws: MerchantPresentedCodeError.value([5])) { try QRDataObject(5, "") }
        #expect(throws: MerchantPresentedCodeError.value([5])) {
            try QRDataObject(5, String(repeating: "x", count: 100))
        }
        #expect(throws: MerchantPresentedCodeError.checksumNotLast) { try code(more: [QRDataObject(63, "1234")]) }
    }
}
