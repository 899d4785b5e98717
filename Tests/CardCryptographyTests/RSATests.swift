import CardCryptography
import CardTesting
import Testing

@Suite("RSA keys")
struct RSATests {
    static func privateKey(_ bitCount: Int) throws -> RSAPrivateKey {
        try RSAPrivateKey(der: secret(SignatureVectors["RSA-\(bitCount)"].privateKeyDER))
    }

    @Test("a signature by openssl verifies: scheme 1 for 1 024 bits, scheme 2 for more", arguments: [1024, 2048, 3072])
    func opensslSignature(bitCount: Int) throws {
        let vector = SignatureVectors["RSA-\(bitCount)"]
        let key = try RSAPublicKey(pem: vector.publicKeyPEM)
        let message = hex(SignatureVectors.file.message)
        let signature = hex(vector.signature)
        #expect(key.bitCount == bitCount)
        #expect(key.blockLength == bitCount / 8)
        #expect(key.isValid(signature, over: message))
        #expect(!key.isValid(signature, over: message + [0]))
        #expect(!key.isValid(signature.dropLast(), over: message))
        #expect(!key.isValid([0] + signature, over: message))
        #expect(!key.isValid([], over: message))
        for index in stride(from: 0, to: signature.count, by: 17) {
            var altered = signature
            altered[index] ^= 0x01
            #expect(!key.isValid(altered, over: message))
        }
    }

    @Test(
        "what the private half signs, the public half made of modulus and exponent verifies", arguments: [1024, 2048])
    func roundTrip(bitCount: Int) throws {
        let pair = try Self.privateKey(bitCount)
        let key = try RSAPublicKey(modulus: [0] + pair.publicKey.modulus, exponent: [0, 1, 0, 1])
        #expect(key == pair.publicKey)
        #expect(key.modulus.count == bitCount / 8)
        #expect(key.exponent == [1, 0, 1])
        let signature = pair.signature(over: [1, 2, 3])
        #expect(key.isValid(signature, over: [1, 2, 3]))
        #expect(!key.isValid(signature, over: [1, 2, 4]))
        #expect(key.pem == SignatureVectors["RSA-\(bitCount)"].publicKeyPEM)
    }

    @Test("a signature of 1 024 bits is always the same, one of scheme 2 has a salt")
    func salt() throws {
        let short = try Self.privateKey(1024)
        let first = short.signature(over: [7])
        #expect(short.signature(over: [7]) == first)
        let long = try Self.privateKey(2048)
        #expect(long.signature(over: [7]) != long.signature(over: [7]))
    }

    @Test("a private key is stored and read again, as DER and as PEM")
    func storing() throws {
        let pair = try Self.privateKey(1024)
        #expect(try RSAPrivateKey(der: pair.der) == pair)
        #expect(try RSAPrivateKey(pem: pair.pem) == pair)
        #expect(try SignatureKey(pem: pair.pem) == .rsa(pair))
        #expect("\(pair)" == "RSA-1024 private key")
        #expect(String(reflecting: SignatureKey.rsa(pair)).contains("RSA-1024 private key"))
        #expect(throws: CryptographyError.malformedKey) { try RSAPrivateKey(der: pair.der.prefix(100)) }
        #expect(throws: CryptographyError.malformedKey) { try RSAPrivateKey(pem: pair.der) }
    }

    @Test("a private key of modulus and exponent signs as the whole one; exponents that do not fit make none")
    func withoutPrimes() throws {
        let pair = try Self.privateKey(1024)
        let bare = try RSAPrivateKey(modulus: pair.publicKey.modulus, privateExponent: pair.privateExponent)
        #expect(bare.signature(over: [1, 2]) == pair.signature(over: [1, 2]))
        #expect(bare.publicKey == pair.publicKey)
        #expect(pair.privateExponent.count == 128)
        var exponent = pair.privateExponent.revealed()
        exponent[127] ^= 2
        let exponents = [SecretBytes(exponent), SecretBytes([]), SecretBytes([3]), .random(count: 129)]
        for exponent in exponents {
            #expect(throws: CryptographyError.malformedKey) {
                try RSAPrivateKey(modulus: pair.publicKey.modulus, privateExponent: exponent)
            }
        }
        #expect(throws: CryptographyError.malformedKey) {
            try RSAPrivateKey(
                modulus: pair.publicKey.modulus, publicExponent: [3], privateExponent: pair.privateExponent)
        }
    }

    @Test("a fresh pair has the length asked for")
    func generating() {
        let pair = RSAPrivateKey.generate(bitCount: 1024)
        #expect(pair.publicKey.bitCount == 1024)
        #expect(pair.publicKey.isValid(pair.signature(over: [1]), over: [1]))
    }

    @Test("numbers that are no RSA key are refused")
    func malformed() throws {
        let modulus = try Self.privateKey(1024).publicKey.modulus
        func refused(_ modulus: [UInt8], _ exponent: [UInt8]) {
            #expect(throws: CryptographyError.malformedKey) { try RSAPublicKey(modulus: modulus, exponent: exponent) }
        }
        refused([], [1, 0, 1])
        refused(modulus, [])
        refused(modulus, [0])
        refused(modulus, [1])
        refused(modulus, [2])
        refused(modulus, [UInt8](repeating: 0xFF, count: 9))
        refused(modulus.dropLast() + [modulus[127] ^ 1], [1, 0, 1])
        refused(modulus.dropLast(), [1, 0, 1])
        refused([UInt8](repeating: 0xFF, count: 513), [1, 0, 1])
        #expect(try RSAPublicKey(modulus: [UInt8](repeating: 0xFF, count: 512), exponent: [3]).bitCount == 4096)
    }

    @Test("a secret crosses in each padding, up to its longest", arguments: RSAEncryptionPadding.allCases)
    func encryption(padding: RSAEncryptionPadding) throws {
        let pair = try Self.privateKey(1024)
        let longest = pair.publicKey.messageLengthMax(padding)
        for count in [0, 1, 16, longest] {
            let message = SecretBytes.random(count: count)
            let ciphertext = try pair.publicKey.encrypt(message, padding)
            #expect(ciphertext.count == 128)
            #expect(try pair.decrypt(ciphertext, padding) == message)
        }
        #expect(throws: CryptographyError.messageTooLong(count: longest + 1, max: longest)) {
            try pair.publicKey.encrypt(.random(count: longest + 1), padding)
        }
        let ciphertext = try pair.publicKey.encrypt(.random(count: 16), padding)
        #expect(throws: CryptographyError.cannotDecrypt) { try pair.decrypt(ciphertext.dropLast(), padding) }
    }
}
