import CardCryptography
import Testing

@Suite("Padding method 2")
struct PaddingTests {
    @Test(
        "padding fills the last block and always adds a byte",
        arguments: [(0, 16), (1, 16), (15, 16), (16, 32), (17, 32)])
    func lengths(count: Int, padded: Int) throws {
        let bytes = [UInt8](repeating: 0x55, count: count)
        let result = PaddingMethod2.padded(bytes)
        #expect(result.count == padded)
        #expect(result == bytes + [0x80] + [UInt8](repeating: 0, count: padded - count - 1))
        #expect(PaddingMethod2.paddedCount(count, blockLength: 16) == padded)
        #expect(try PaddingMethod2.unpadded(result) == bytes)
    }

    @Test(
        "what does not end in 80 and zeros within the last block is not padded",
        arguments: [
            "", "00", "00000000000000000000000000000000", "8000000000000001",
            "80" + "00000000000000000000000000000000", "5555555555555581",
        ])
    func invalid(bytes: String) {
        #expect(throws: CryptographyError.invalidPadding) { try PaddingMethod2.unpadded(hex(bytes)) }
    }
}
