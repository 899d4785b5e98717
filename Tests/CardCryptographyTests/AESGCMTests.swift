import CardCryptography
import Testing

@Suite("AES-GCM")
struct AESGCMTests {
    /// The GCM specification by McGrew and Viega, test cases 13, 14 and 16.
    @Test(
        "sealing gives the published ciphertext and tag",
        arguments: [
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "", "",
                "530f8afbc74536b9a963b4f1c4cb738b"
            ),
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12),
                String(repeating: "00", count: 16), "", "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919"
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
                """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
                """,
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
                """,
                "76fc6ece0f4e1768cddf8853bb2d551b"
            ),
        ])
    func vectors(key: String, nonce: String, message: String, additional: String, ciphertext: String, tag: String)
        throws
    {
        let sealed = try AESGCM.seal(
            secret(message), key: secret(key), nonce: hex(nonce), additionalData: hex(additional))
        #expect(sealed.ciphertext == hex(ciphertext))
        #expect(sealed.tag == hex(tag))
        #expect(try AESGCM.open(sealed, key: secret(key), additionalData: hex(additional)) == secret(message))
    }

    @Test("a sealed message with any byte altered does not open")
    func tampering() throws {
        let key = SecretBytes.random(count: 32)
        let sealed = try AESGCM.seal(secret("0102030405"), key: key, additionalData: [9]).bytes
        #expect(sealed.count == 5 + AESGCM.nonceLength + AESGCM.tagLength)
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x80
            #expect(throws: CryptographyError.authenticationFailed) {
                try AESGCM.open(AESGCM.SealedMessage(bytes: altered), key: key, additionalData: [9])
            }
        }
        let message = try AESGCM.SealedMessage(bytes: sealed)
        #expect(throws: CryptographyError.authenticationFailed) {
            try AESGCM.open(message, key: key, additionalData: [8])
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AESGCM.open(message, key: .random(count: 32), additionalData: [9])
        }
        #expect(try AESGCM.open(message, key: key, additionalData: [9]) == secret("0102030405"))
    }

    @Test("each sealing takes a fresh nonce")
    func nonces() throws {
        let key = SecretBytes.random(count: 32)
        #expect(try AESGCM.seal(secret("00"), key: key).nonce != AESGCM.seal(secret("00"), key: key).nonce)
    }

    @Test("wrong lengths are named")
    func lengths() {
        #expect(throws: CryptographyError.keyLength(found: 16, allowed: [32])) {
            try AESGCM.seal(secret("00"), key: .random(count: 16))
        }
        #expect(throws: CryptographyError.initialValueLength(found: 11, expected: 12)) {
            try AESGCM.seal(secret("00"), key: .random(count: 32), nonce: [UInt8](repeating: 0, count: 11))
        }
        #expect(throws: CryptographyError.initialValueLength(found: 27, expected: 28)) {
            try AESGCM.SealedMessage(bytes: [UInt8](repeating: 0, count: 27))
        }
    }
}
