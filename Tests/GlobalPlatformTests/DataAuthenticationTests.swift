import GlobalPlatform
import ISO7816
import Testing

@Suite("Load File Data Block Signatures")
struct DataAuthenticationTests {
    static let file = LoadFile(
        dataBlock: [1, 2, 3],
        dataAuthenticationPatterns: [
            .init(securityDomain: "A000000151000000", signature: [UInt8](repeating: 7, count: 256)),
            .init(securityDomain: "A00000015153504102", signature: [8]),
        ])

    @Test("the patterns stand before the data block, in their order")
    func layout() throws {
        let bytes = Self.file.bytes
        #expect(bytes.hex.hasPrefix("E282010E4F08A000000151000000C382010007"))
        #expect(bytes.hex.hasSuffix("E20E4F09A00000015153504102C30108C403010203"))
        #expect(try LoadFile(bytes: bytes) == Self.file)
        #expect(LoadFile.announcedLength(bytes) == bytes.count)
        for count in 1..<bytes.count {
            #expect(throws: CommandDecodingError.self) { try LoadFile(bytes: Array(bytes.prefix(count))) }
        }
    }

    @Test(
        "a pattern has one security domain and one signature, and nothing else",
        arguments: [
            "E2074F05A000000001C400", "E203C30108C400", "E20D4F05A0000000014F0142C30108C400",
            "E20D4F05A000000001C30108C30109C400", "E20D4F05A000000001C301084201AAC400", "E2084F03A00000C30108C400",
            "E20A4F05A000000001C30108", "C400E20A4F05A000000001C30108", "E30A4F05A000000001C30108C400",
        ])
    func malformed(hex: String) throws {
        let bytes = try [UInt8](hex: hex)
        #expect(throws: CommandDecodingError.self) { try LoadFile(bytes: bytes) }
    }

    @Test("the neighbour of those that are refused is read")
    func wellFormed() throws {
        let file = try LoadFile(bytes: [UInt8](hex: "E20A4F05A000000001C30108C400"))
        #expect(
            file
                == LoadFile(
                    dataBlock: [],
                    dataAuthenticationPatterns: [
                        .init(securityDomain: "A000000001", signature: [8])
                    ]))
    }
}
