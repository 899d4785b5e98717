import EMV
import Testing

@Suite("Track 2")
struct Track2EquivalentDataTests {
    @Test("holds number, expiry, service code and the issuer's digits, filled to whole bytes")
    func layout() throws {
        let track = try Track2EquivalentData(
            number: PrimaryAccountNumber("6299000000000007"), expiry: #require(CardExpiry(year: 29, month: 12)),
            serviceCode: "201", discretionaryData: "12345")
        #expect(track.packed == hex("6299000000000007 D2912201 12345F"))
        #expect(try Track2EquivalentData(packed: track.packed) == track)
        let even = try Track2EquivalentData(packed: hex("6299000000000007 D2912201"))
        #expect(even.revealedDiscretionaryData().isEmpty)
        #expect(even.packed == hex("6299000000000007 D2912201"))
        #expect("\(track)" == "track 2 of 629900••••••0007, good to 12/29")
    }

    @Test(
        "is refused with the part that is wrong",
        arguments: [
            ("6299000000000007 2912201F", Track2EquivalentDataError.separatorMissing),
            ("6299000000000008 D2912201", .number(.checkDigit)), ("629900000000000A D2912201", .number(.notDigits)),
            ("6299000000000007 D29122", .truncated), ("6299000000000007 D2913201", .expiry),
            ("6299000000000007 D29122A1", .serviceCode), ("6299000000000007 D2912201 1D", .discretionaryData),
            ("6299000000000007 D2912201 1111111111 11111111111111", .length(24)),
        ])
    func refusals(bytes: String, error: Track2EquivalentDataError) {
        #expect(throws: error) { try Track2EquivalentData(packed: hex(bytes)) }
    }

    @Test("has 19 bytes at most")
    func bound() throws {
        let longest = hex("6299000000000007 D2912201 11111111111111")
        #expect(longest.count == 19)
        #expect(try Track2EquivalentData(packed: longest).packed == longest)
        #expect(throws: Track2EquivalentDataError.length(20)) { try Track2EquivalentData(packed: longest + [0x11]) }
    }
}

@Suite("An expiry")
struct CardExpiryTests {
    @Test(
        "is packed as the last day of its month and read from any day",
        arguments: [
            ("12/29", "291231"), ("02/28", "280229"), ("02/27", "270228"), ("09/30", "300930"), ("01/00", "000131"),
        ])
    func packing(text: String, bytes: String) throws {
        let expiry = try #require(CardExpiry(printed: text))
        #expect(expiry.packed == hex(bytes))
        #expect(CardExpiry(packed: hex(bytes)) == expiry)
        #expect(CardExpiry(packed: Array(hex(bytes).prefix(2)) + [0x01]) == expiry)
    }

    @Test(
        "is not read from a month or day that is none",
        arguments: ["291331", "290031", "291200", "291232", "29123A", "2912", "29123101"])
    func refusals(bytes: String) { #expect(CardExpiry(packed: hex(bytes)) == nil) }
}
