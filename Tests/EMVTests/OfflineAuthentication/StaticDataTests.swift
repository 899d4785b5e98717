import CardCryptography
import EMV
import Testing

@Suite("Static data")
struct StaticDataTests {
    static let records: [[UInt8]: [UInt8]] = [
        [1, 1]: hex("70 04 5F24 01 29"), [1, 2]: hex("70 03 9C 01 20"), [2, 1]: hex("70 02 8F00"),
        [11, 1]: hex("70 02 9300"), [3, 1]: hex("61 02 8F00"),
    ]

    static func data(_ locator: String, tagList: [UInt8]? = [0x82]) throws -> StaticAuthenticationData {
        try StaticAuthenticationData(
            ApplicationFileLocator(bytes: hex(locator)), profile: [.dynamicDataAuthentication], tagList: tagList
        ) { records[[$0, $1]] }
    }

    @Test("are the signed records without their templates, of files above 10 with them, then the interchange profile")
    func collecting() throws {
        #expect(try Self.data("08010201 10010100").bytes == hex("5F240129 2000"))
        #expect(try Self.data("08010202").bytes == hex("5F240129 9C0120 2000"))
        #expect(try Self.data("58010101").bytes == hex("70029300 2000"))
        #expect(try Self.data("58010101 08010201", tagList: nil).bytes == hex("70029300 5F240129"))
        #expect(try Self.data("08010200").bytes == hex("2000"))
    }

    @Test("are refused with the record that is missing or no template 70, and with another tag list")
    func refusals() {
        #expect(throws: OfflineAuthenticationError.record(file: 1, number: 3)) { try Self.data("08010303") }
        #expect(throws: OfflineAuthenticationError.record(file: 3, number: 1)) { try Self.data("18010101") }
        for list in [[], [0x84], [0x82, 0x84]] as [[UInt8]] {
            #expect(throws: OfflineAuthenticationError.tagList) { try Self.data("08010201", tagList: list) }
        }
    }

    @Test("signed by the issuer give back the data authentication code, and nothing else is accepted")
    func signing() throws {
        let key = RSAPrivateKey.generate(bitCount: 1152, publicExponent: 3)
        let data = StaticAuthenticationData([1, 2, 3])
        let signature = SignedStaticData.sign(data, dataAuthenticationCode: [0xDA, 0xC0], by: key)
        #expect(signature.count == 144)
        #expect(try SignedStaticData.recover(signature, over: data, with: key.publicKey) == [0xDA, 0xC0])
        let block = try #require(key.publicKey.transform(signature))
        #expect(Array(block.prefix(6)) == hex("6A 03 01 DAC0 BB"))
        #expect(throws: OfflineAuthenticationError.hash(.staticData)) {
            try SignedStaticData.recover(signature, over: StaticAuthenticationData([1, 2]), with: key.publicKey)
        }
        func refused(_ error: OfflineAuthenticationError, _ change: (inout [UInt8]) -> Void) throws {
            let altered = try OfflineFixtures.resigned(signature, with: key, rest: data.bytes, change)
            #expect(throws: error) { try SignedStaticData.recover(altered, over: data, with: key.publicKey) }
        }
        try refused(.format(.staticData, 0x05)) { $0[1] = 0x05 }
        try refused(.hashAlgorithm(.staticData, 0x02)) { $0[2] = 0x02 }
        try refused(.padding(.staticData)) { $0[10] = 0xBA }
        try refused(.trailer(.staticData)) { $0[143] = 0x00 }
        #expect(throws: OfflineAuthenticationError.length(.staticData, found: 143, expected: 144)) {
            try SignedStaticData.recover(Array(signature.dropLast()), over: data, with: key.publicKey)
        }
    }
}
