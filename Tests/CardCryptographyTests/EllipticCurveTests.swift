import CardCryptography
import CardTesting
import Testing

@Suite("Keys on curves")
struct EllipticCurveTests {
    /// RFC 6979 §§A.2.5 to A.2.7: the message `sample` with the hash of the curve's length.
    struct Sample: Sendable {
        let curve: EllipticCurve
        let scalar: String
        let r: String
        let s: String
    }

    static let samples = [
        Sample(
            curve: .p256, scalar: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
            r: "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            s: "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
        Sample(
            curve: .p384,
            scalar: "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
                + "96D5724E4C70A825F872C9EA60D2EDF5",
            r: "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
                + "81A648152E44ACF96E36DD1E80FABE46",
            s: "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
                + "A329C145786E679E7B82C71A38628AC8"),
    ]

    @Test("the published signatures verify", arguments: samples)
    func published(sample: Sample) throws {
        let key = try ECPrivateKey(curve: sample.curve, scalar: secret(sample.scalar)).publicKey
        let signature = hex(sample.r + sample.s)
        #expect(signature.count == sample.curve.signatureLength)
        #expect(key.isValid(signature, over: Array("sample".utf8)))
        #expect(!key.isValid(signature, over: Array("test".utf8)))
        #expect(!key.isValid(hex(sample.s + sample.r), over: Array("sample".utf8)))
    }

    @Test("a scalar gives its point")
    func point() throws {
        let key = try ECPrivateKey(curve: .p256, scalar: secret(Self.samples[0].scalar))
        let point = hex(
            "04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")
        #expect(key.publicKey.uncompressedPoint == point)
        #expect(try ECPublicKey(curve: .p256, uncompressedPoint: point) == key.publicKey)
        #expect(key.scalar == secret(Self.samples[0].scalar))
    }

    @Test("what a key signs verifies with its point and no other", arguments: EllipticCurve.allCases)
    func roundTrip(curve: EllipticCurve) throws {
        let pair = ECPrivateKey.generate(curve)
        let key = try ECPublicKey(curve: curve, uncompressedPoint: pair.publicKey.uncompressedPoint)
        let signature = pair.signature(over: [1, 2, 3])
        #expect(signature.count == curve.signatureLength)
        #expect(key.isValid(signature, over: [1, 2, 3]))
        #expect(!key.isValid(signature, over: [1, 2]))
        #expect(!key.isValid(signature.dropLast(), over: [1, 2, 3]))
        #expect(!key.isValid([UInt8](repeating: 0, count: signature.count), over: [1, 2, 3]))
        #expect(!ECPrivateKey.generate(curve).publicKey.isValid(signature, over: [1, 2, 3]))
        #expect(try ECPublicKey(pem: key.pem) == key)
        #expect(try ECPrivateKey(curve: curve, scalar: pair.scalar) == pair)
        #expect(try ECPrivateKey(der: pair.der) == pair)
        #expect(try ECPrivateKey(pem: pair.pem) == pair)
        #expect(EllipticCurve(parameterReference: curve.parameterReference) == curve)
    }

    @Test(
        "a key that openssl stored is read", arguments: SignatureVectors.file.keys.filter { !$0.name.hasPrefix("RSA") })
    func openssl(vector: SignatureVectors.Key) throws {
        let pair = try ECPrivateKey(der: secret(vector.privateKeyDER))
        #expect("\(pair.curve)" == vector.name)
        #expect(pair.publicKey.pem == vector.publicKeyPEM)
        #expect(try SignatureKey(pem: pair.pem) == .ec(pair))
        #expect(try VerificationKey(pem: vector.publicKeyPEM) == .ec(pair.publicKey))
        let plain = try Self.plain(hex(vector.signature), pair.curve.coordinateLength)
        #expect(pair.publicKey.isValid(plain, over: hex(SignatureVectors.file.message)))
    }

    /// r and s of a DER signature, by hand.
    static func plain(_ der: [UInt8], _ length: Int) throws -> [UInt8] {
        var rest = der[(der[1] < 0x80 ? 2 : 3)...]
        func integer() throws -> [UInt8] {
            try #require(rest.first == 0x02)
            let count = Int(rest[rest.startIndex + 1])
            let value = Array(rest.dropFirst(2).prefix(count).drop { $0 == 0 })
            rest = rest.dropFirst(2 + count)
            return [UInt8](repeating: 0, count: length - value.count) + value
        }
        let r = try integer()
        return try r + integer()
    }

    @Test("what is no point of the curve, and no scalar below its order, is refused")
    func malformed() throws {
        let key = ECPrivateKey.generate(.p256)
        var point = key.publicKey.uncompressedPoint
        point[40] ^= 0x01
        let others: [[UInt8]] = [
            point, [], [0x04], key.publicKey.uncompressedPoint.dropLast(), [0x02] + point.dropFirst(),
        ]
        for bytes in others {
            #expect(throws: CryptographyError.malformedKey) {
                try ECPublicKey(curve: .p256, uncompressedPoint: bytes)
            }
        }
        #expect(throws: CryptographyError.malformedKey) {
            try ECPublicKey(curve: .brainpoolP256r1, uncompressedPoint: key.publicKey.uncompressedPoint)
        }
        // The order of P-256 (SP 800-186 §3.2.1.3) and the number below it.
        let order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC63255"
        for scalar in [secret(order + "1"), SecretBytes([UInt8](repeating: 0, count: 32)), secret("01")] {
            #expect(throws: CryptographyError.malformedKey) { try ECPrivateKey(curve: .p256, scalar: scalar) }
        }
        #expect(try ECPrivateKey(curve: .p256, scalar: secret(order + "0")).curve == .p256)
        #expect(throws: CryptographyError.malformedKey) {
            try ECPublicKey(pem: SignatureVectors["RSA-1024"].publicKeyPEM)
        }
        #expect(EllipticCurve(parameterReference: 0x04) == nil)
    }

    /// NIST CAVS 14.1, ECC CDH primitive, P-256, count 0.
    @Test("two owners agree on the published secret")
    func agreement() throws {
        let key = try ECPrivateKey(
            curve: .p256, scalar: secret("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"))
        let peer = try ECPublicKey(
            curve: .p256,
            uncompressedPoint: hex(
                "04 700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
                    + "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"))
        let expected = secret("46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b")
        #expect(try key.sharedSecret(with: peer) == expected)
        let other = ECPrivateKey.generate(.p384)
        #expect(throws: CryptographyError.malformedKey) { try key.sharedSecret(with: other.publicKey) }
        #expect(try other.sharedSecret(with: other.publicKey).count == 48)
    }

    /// NIST CAVS 12.0, ANSI X9.63, SHA-256.
    @Test("the derivation of X9.63 gives the published key")
    func derivation() {
        let shared = secret("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08")
        let derived = X963KDF.derive(shared, sharedInformation: [], count: 16)
        #expect(derived == secret("443024c3dae66b95e6f5670601558f71"))
        let long = X963KDF.derive(shared, sharedInformation: [], count: 80)
        #expect(long.prefix(16) == derived)
        #expect(long.count == 80)
        #expect(X963KDF.derive(shared, sharedInformation: [0], count: 16) != derived)
    }
}
