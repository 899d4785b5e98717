import CardCryptography
import ISO7816
import Testing

/// NIST SP 800-38A, appendix F; SP 800-38B, appendix D; RFC 4493 §4.
@Suite("AES")
struct AESTests {
    static let plaintext = hex(
        """
        6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 \
        30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710
        """)

    struct Vector: Sendable, CustomTestStringConvertible {
        let key: String
        let ecb: String
        let cbc: String
        /// Of the first 0, 16, 40 and 64 bytes.
        let cmac: [String]
        var testDescription: String { "AES-\(key.count * 4)" }
    }

    static let vectors = [
        Vector(
            key: "2b7e151628aed2a6abf7158809cf4f3c", ecb: "3ad77bb40d7a3660a89ecaf32466ef97",
            cbc: """
                7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2 \
                73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7
                """,
            cmac: [
                "bb1d6929e95937287fa37d129b756746", "070a16b46b4d4144f79bdd9dd04a287c",
                "dfa66747de9ae63030ca32611497c827", "51f0bebf7e3b9d92fc49741779363cfe",
            ]),
        Vector(
            key: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", ecb: "bd334f1d6e45f25ff712a214571fa5cc",
            cbc: """
                4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a \
                571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd
                """,
            cmac: [
                "d17ddf46adaacde531cac483de7a9367", "9e99a7bf31e710900662f65e617c5184",
                "8a1de5be2eb31aad089a82e6ee908b0e", "a1d5df0eed790f794d77589659f39a11",
            ]),
        Vector(
            key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            ecb: "f3eed1bdb5d2a03c064b5a7e3db181f8",
            cbc: """
                f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d \
                39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b
                """,
            cmac: [
                "028962f61b7bf89efc6b551f4667d983", "28a7023f452e8f82bd4bf28d8c37c35c",
                "aaf3d8f1de5640c232f5b169b9c911e6", "e1992190549f6ed5696a2c056c315410",
            ]),
    ]

    @Test("a block is enciphered as NIST publishes it", arguments: vectors)
    func block(vector: Vector) throws {
        var cipher = AESECB(key: try AESKey(hex(vector.key)))
        let block = try AESBlock(bytes: Self.plaintext.prefix(16))
        #expect(cipher.encrypt(block).bytes == hex(vector.ecb))
        #expect(cipher.encrypt(block).bytes == hex(vector.ecb), "a second time with the same schedule")
    }

    @Test("CBC enciphers and deciphers as NIST publishes it, message after message", arguments: vectors)
    func cbc(vector: Vector) throws {
        var cipher = AESCBC(key: try AESKey(hex(vector.key)))
        let initialValue = try AESBlock(bytes: Array(0...15))
        for _ in 1...2 {
            let ciphertext = try cipher.encrypt(Self.plaintext, initialValue: initialValue)
            #expect(ciphertext == hex(vector.cbc))
            #expect(try cipher.decrypt(ciphertext, initialValue: initialValue) == Self.plaintext)
        }
        #expect(try cipher.encrypt(Self.plaintext) != hex(vector.cbc), "another initial value")
    }

    @Test("CBC refuses what is not whole blocks", arguments: [1, 15, 17])
    func notWholeBlocks(count: Int) throws {
        var cipher = AESCBC(key: .random(.aes128))
        #expect(throws: CryptographyError.notBlockAligned(count: count, blockLength: 16)) {
            try cipher.encrypt([UInt8](repeating: 0, count: count))
        }
        #expect(throws: CryptographyError.notBlockAligned(count: count, blockLength: 16)) {
            try cipher.decrypt([UInt8](repeating: 0, count: count))
        }
        #expect(try cipher.encrypt([]) == [])
    }

    @Test("CMAC gives the published tags, in one piece and in many", arguments: vectors)
    func cmac(vector: Vector) throws {
        var mac = AESCMAC(key: try AESKey(hex(vector.key)))
        for (length, tag) in zip([0, 16, 40, 64], vector.cmac) {
            let message = Array(Self.plaintext.prefix(length))
            #expect(mac.tag(of: message).bytes == hex(tag))
            for pieceLength in [1, 7, 16, 33] {
                for start in stride(from: 0, to: length, by: pieceLength) {
                    mac.update(message[start..<min(start + pieceLength, length)])
                }
                #expect(mac.finalize().bytes == hex(tag))
            }
        }
    }

    @Test("a copy of a CMAC continues on its own")
    func cmacCopies() throws {
        let vector = Self.vectors[0]
        var mac = AESCMAC(key: try AESKey(hex(vector.key)))
        mac.update(Self.plaintext[..<16])
        var copy = mac
        copy.update(Self.plaintext[16..<40])
        #expect(mac.finalize().bytes == hex(vector.cmac[1]))
        #expect(copy.finalize().bytes == hex(vector.cmac[2]))
        #expect(mac.finalize().bytes == hex(vector.cmac[0]))
    }

    @Test("copies work on many threads at once")
    func concurrency() async throws {
        let vector = Self.vectors[2]
        let key = try AESKey(hex(vector.key))
        let (mac, cbc, ecb) = (AESCMAC(key: key), AESCBC(key: key), AESECB(key: key))
        let initialValue = try AESBlock(bytes: Array(0...15))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 1...16 {
                group.addTask {
                    var (mac, cbc, ecb) = (mac, cbc, ecb)
                    for _ in 1...200 {
                        guard mac.tag(of: Self.plaintext).bytes == hex(vector.cmac[3]) else { return false }
                        let ciphertext = try cbc.encrypt(Self.plaintext, initialValue: initialValue)
                        guard ciphertext == hex(vector.cbc) else { return false }
                        let block = try AESBlock(bytes: Self.plaintext.prefix(16))
                        guard ecb.encrypt(block).bytes == hex(vector.ecb) else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("an AES key has 16, 24 or 32 bytes", arguments: [0, 8, 15, 17, 23, 25, 31, 33])
    func keyLengths(count: Int) {
        #expect(throws: CryptographyError.keyLength(found: count, allowed: [16, 24, 32])) {
            try AESKey([UInt8](repeating: 0, count: count))
        }
    }

    @Test("an AES key prints its size only")
    func printing() throws {
        #expect("\(try AESKey(hex("404142434445464748494A4B4C4D4E4F")))" == "AES-128 key ‹16 bytes›")
    }

    /// GPC v2.3.1 §B.6; the values of the development key and of pySim's test keys.
    @Test(
        "an AES key check value is a block of 01 enciphered, three bytes",
        arguments: [
            ("404142434445464748494A4B4C4D4E4F", "504A77"), ("000102030405060708090A0B0C0D0E0F", "C35280"),
            ("101112131415161718191A1B1C1D1E1F", "013808"), ("202122232425262728292A2B2C2D2E2F", "840DE5"),
        ])
    func keyCheckValue(key: String, value: String) throws {
        #expect(try AESKey(hex(key)).keyCheckValue == hex(value))
    }
}
