import CardCryptography
import CardTesting
import Testing

@Suite("Key derivation")
struct DerivationTests {
    struct File: Decodable {
        struct Vector: Decodable {
            let key: String
            let constant: UInt8
            let context: String
            let out: String
        }
        let vectors: [Vector]
    }

    @Test("GlobalPlatform's data derivation gives the published values")
    func vectors() throws {
        let file: File = try Vectors.load("CardCryptography/scp03-kdf.json")
        #expect(file.vectors.count == 40)
        for vector in file.vectors {
            let derived = CounterModeKDF.deriveGlobalPlatform(
                key: try AESKey(hex(vector.key)), constant: vector.constant, context: hex(vector.context),
                count: vector.out.count / 2)
            #expect(derived == secret(vector.out))
        }
    }

    @Test("the length in bits is part of what is derived")
    func length() throws {
        let key = try AESKey(hex("404142434445464748494A4B4C4D4E4F"))
        let eight = CounterModeKDF.deriveGlobalPlatform(key: key, constant: 0, context: [1], count: 8)
        let sixteen = CounterModeKDF.deriveGlobalPlatform(key: key, constant: 0, context: [1], count: 16)
        #expect(eight != sixteen.prefix(8))
    }

    /// RFC 7914 §12.
    @Test("scrypt gives the published key")
    func scrypt() throws {
        let derived = try Scrypt.derive(
            passphrase: SecretBytes(Array("password".utf8)), salt: Array("NaCl".utf8),
            cost: Scrypt.Cost(n: 1024, r: 8, p: 16), count: 64)
        #expect(
            derived
                == secret(
                    """
                    fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162 \
                    2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
                    """))
    }

    @Test(
        "scrypt refuses costs that are no power of two or take more memory than allowed",
        arguments: [
            Scrypt.Cost(n: 1000, r: 8, p: 1), Scrypt.Cost(n: 1, r: 8, p: 1), Scrypt.Cost(n: 1 << 24, r: 8, p: 1),
        ])
    func scryptCost(cost: Scrypt.Cost) {
        #expect(throws: CryptographyError.unsupportedCost) {
            try Scrypt.derive(passphrase: SecretBytes([1]), salt: [2], cost: cost, count: 32)
        }
    }
}
