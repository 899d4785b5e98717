import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Key sets")
struct KeySetTests {
    @Test("the three keys of a key set have one size")
    func sizes() {
        let (short, long) = (SecretBytes.random(count: 16), SecretBytes.random(count: 32))
        #expect(throws: SCP03KeySetError.sizesDiffer) { try SCP03KeySet(enc: short, mac: short, dek: long) }
        #expect(throws: SCP03KeySetError.sizesDiffer) { try SCP03KeySet(enc: long, mac: short, dek: short) }
        #expect(throws: SCP03KeySetError.key(.keyLength(found: 8, allowed: [16, 24, 32]))) {
            try SCP03KeySet(enc: .random(count: 8), mac: short, dek: short)
        }
    }

    @Test("a key set prints its size only")
    func printing() {
        let keys = SCP03KeySet.random(.aes192)
        #expect("\(keys)" == "SCP03 key set, AES-192")
    }

    @Test("a key travels under Key-DEK, a 24-byte one with eight more bytes", arguments: AESKey.Size.allCases)
    func keyTransport(size: AESKey.Size) throws {
        let keys = SCP03KeySet.random(.aes256)
        let key = AESKey.random(size)
        let encrypted = keys.encryptKey(key)
        #expect(encrypted.count == (size == .aes128 ? 16 : 32))
        #expect(encrypted == keys.encryptKey(key), "a script made twice is the same script")
        #expect(try keys.decryptKey(encrypted, size: size) == key)
        #expect(try SCP03KeySet.random(.aes256).decryptKey(encrypted, size: size) != key)
    }

    @Test("sensitive data is whole blocks", arguments: [1, 15, 17])
    func blocks(count: Int) {
        let keys = SCP03KeySet.random(.aes128)
        let expected = CryptographyError.notBlockAligned(count: count, blockLength: 16)
        #expect(throws: expected) { try keys.encryptSensitive([UInt8](repeating: 0, count: count)) }
        #expect(throws: expected) { try keys.encryptSensitive(.random(count: count)) }
        #expect(throws: expected) { try keys.decryptSensitive([UInt8](repeating: 0, count: count)) }
    }
}
