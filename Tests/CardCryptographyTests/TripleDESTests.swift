import CardCryptography
import Testing

@Suite("Triple DES")
struct TripleDESTests {
    /// NIST SP 800-67 rev. 1, appendix B.1.
    let threeKeys = "0123456789ABCDEF 23456789ABCDEF01 456789ABCDEF0123"
    let message = "5468652071756663 6B2062726F776E20 666F78206A756D70"

    @Test("three keys in ECB mode give NIST's example")
    func ecb() throws {
        let cipher = TripleDES(key: try TripleDESKey(hex(threeKeys)))
        let ciphertext = hex("A826FD8CE53B855F CCE21C8112256FE6 68D5C05DD9B6B900")
        #expect(try cipher.encryptECB(hex(message)) == ciphertext)
        #expect(try cipher.decryptECB(ciphertext) == hex(message))
    }

    @Test("two keys are three with the first repeated")
    func twoKeys() throws {
        let two = TripleDES(key: try TripleDESKey(hex("0123456789ABCDEF 23456789ABCDEF01")))
        let three = TripleDES(key: try TripleDESKey(hex("0123456789ABCDEF 23456789ABCDEF01 0123456789ABCDEF")))
        #expect(try two.encryptECB(hex(message)) == three.encryptECB(hex(message)))
    }

    @Test("CBC chains the blocks and comes back")
    func cbc() throws {
        let cipher = TripleDES(key: try TripleDESKey(hex(threeKeys)))
        let initialValue: UInt64 = 0xF69F_2445_DF4F_9B17
        let ciphertext = try cipher.encryptCBC(hex(message), initialValue: initialValue)
        #expect(try cipher.decryptCBC(ciphertext, initialValue: initialValue) == hex(message))
        let first = zip(hex(message).prefix(8), hex("F69F2445DF4F9B17")).map { $0 ^ $1 }
        #expect(try cipher.encryptECB(first) == Array(ciphertext.prefix(8)))
        #expect(try cipher.decryptCBC(ciphertext) != hex(message))
    }

    /// S-ENC of SCP02 with the development key: OpenJavaCard's test, sequence 0001.
    @Test("CBC derives the session keys of SCP02")
    func sessionKey() throws {
        let cipher = TripleDES(key: try TripleDESKey(hex("404142434445464748494A4B4C4D4E4F")))
        #expect(
            try cipher.encryptCBC(hex("0182 0001 000000000000000000000000"))
                == hex("25C9794A1205FF244F5FA0378D2F8D59"))
    }

    /// The card cryptogram of SCP02 in pySim's session with a card.
    @Test("the full MAC is the card cryptogram of SCP02")
    func fullMAC() throws {
        let enc = TripleDES(key: try TripleDESKey(hex("100102030405060708090A0B0C0D0E0F")))
        let sessionKey = try enc.encryptCBC(hex("0182 0001 000000000000000000000000"))
        let mac = TripleDES(key: try TripleDESKey(sessionKey))
        #expect(mac.fullMAC(hex("40A62C37FA6304F8 0001 6B4524ABEE7C")) == hex("F32EA3838BC148F3"))
    }

    /// ICAO Doc 9303 part 11, appendix D.3.
    @Test("the retail MAC is the one of ICAO's worked example")
    func retailMAC() throws {
        let mac = TripleDES(key: try TripleDESKey(hex("7962D9ECE03D1ACD4C76089DCE131543")))
        let message = hex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2")
        #expect(mac.retailMAC(message) == hex("5F1448EEA8AD90A7"))
        #expect(mac.retailMAC(message.dropLast()) != hex("5F1448EEA8AD90A7"))
        #expect(mac.fullMAC(message) != hex("5F1448EEA8AD90A7"))
    }

    @Test("a DES key check value is a block of zeros enciphered, three bytes")
    func keyCheckValue() throws {
        #expect(try TripleDESKey(hex("404142434445464748494A4B4C4D4E4F")).keyCheckValue == hex("8BAF47"))
    }

    @Test("only whole blocks and keys of 16 or 24 bytes are taken")
    func refusals() throws {
        let cipher = TripleDES(key: try TripleDESKey(hex(threeKeys)))
        #expect(throws: CryptographyError.notBlockAligned(count: 7, blockLength: 8)) {
            try cipher.encryptECB([UInt8](repeating: 0, count: 7))
        }
        #expect(throws: CryptographyError.notBlockAligned(count: 9, blockLength: 8)) {
            try cipher.decryptCBC([UInt8](repeating: 0, count: 9))
        }
        for count in [8, 15, 17, 23, 25] {
            #expect(throws: CryptographyError.keyLength(found: count, allowed: [16, 24])) {
                try TripleDESKey([UInt8](repeating: 0, count: count))
            }
        }
    }
}
