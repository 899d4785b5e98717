import CardCryptography
import Foundation
import Testing

@Suite("Transport keys")
struct TransportKeyTests {
    static let pair = TransportKeyPair.generate()

    @Test("what is encrypted with the public half is read with the private one, and with no other")
    func roundTrip() throws {
        let master = SecretBytes.random(count: 32)
        let publicKey = try TransportPublicKey(pem: Self.pair.publicKey.pem)
        let encrypted = try publicKey.encrypt(master)
        #expect(publicKey.bitCount == 3072)
        #expect(encrypted.count == 384)
        #expect(try Self.pair.decrypt(encrypted) == master)
        #expect(throws: CryptographyError.cannotDecrypt) {
            try TransportKeyPair.generate(bitCount: 2048).decrypt(Array(encrypted.prefix(256)))
        }
    }

    @Test("an altered or cut ciphertext is refused without a reason")
    func tampering() throws {
        var encrypted = try Self.pair.publicKey.encrypt(SecretBytes([1, 2, 3]))
        encrypted[200] ^= 1
        #expect(throws: CryptographyError.cannotDecrypt) { try Self.pair.decrypt(encrypted) }
        #expect(throws: CryptographyError.cannotDecrypt) { try Self.pair.decrypt(Array(encrypted.dropLast())) }
        #expect(throws: CryptographyError.cannotDecrypt) { try Self.pair.decrypt([]) }
    }

    @Test("a private key is stored and read again")
    func storing() throws {
        let again = try TransportKeyPair(privateKey: Self.pair.privateKey)
        #expect(again.publicKey.pem == Self.pair.publicKey.pem)
        #expect(try again.decrypt(Self.pair.publicKey.encrypt(SecretBytes([7]))) == SecretBytes([7]))
        #expect(throws: CryptographyError.malformedKey) {
            try TransportKeyPair(privateKey: Self.pair.privateKey.prefix(100))
        }
    }

    @Test("a message is at most as long as the key carries")
    func messageLength() throws {
        let key = Self.pair.publicKey
        #expect(key.messageLengthMax == 318)
        let longest = SecretBytes.random(count: 318)
        #expect(try Self.pair.decrypt(key.encrypt(longest)) == longest)
        #expect(throws: CryptographyError.messageTooLong(count: 319, max: 318)) {
            try key.encrypt(.random(count: 319))
        }
        #expect(try Self.pair.decrypt(key.encrypt(SecretBytes([]))).isEmpty)
    }

    /// An EC key from RFC 9500 §2.3, and text that is no key.
    @Test(
        "what is not an RSA key is refused",
        arguments: [
            "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71v
            c75eSOkyMsxFxbFsTNEMTLjVuKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==
            -----END PUBLIC KEY-----
            """,
        ])
    func malformed(pem: String) {
        #expect(throws: CryptographyError.malformedKey) { try TransportPublicKey(pem: pem) }
    }
}
