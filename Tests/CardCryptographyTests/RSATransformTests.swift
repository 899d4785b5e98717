import CardCryptography
import Testing

@Suite("The bare RSA operations")
struct RSATransformTests {
    @Test(
        "undo each other, for lengths and exponents of payment cards",
        arguments: [(1024, 3), (1152, 65_537), (1408, 3), (1984, 65_537)] as [(Int, UInt32)])
    func roundTrip(bitCount: Int, exponent: UInt32) throws {
        let pair = RSAPrivateKey.generate(bitCount: bitCount, publicExponent: exponent)
        #expect(pair.publicKey.bitCount == bitCount)
        #expect(pair.publicKey.exponent == (exponent == 3 ? [3] : [1, 0, 1]))
        let block = [0x6A] + [UInt8](repeating: 0xBB, count: bitCount / 8 - 2) + [0xBC]
        let signature = try #require(pair.transform(block))
        #expect(signature.count == block.count)
        #expect(signature != block)
        #expect(pair.publicKey.transform(signature) == block)
        #expect(pair.transform(try #require(pair.publicKey.transform(block))) == block)
    }

    @Test("keep zeros in front, and take numbers below the modulus only")
    func bounds() throws {
        let pair = try RSATests.privateKey(1024)
        let zero = [UInt8](repeating: 0, count: 128)
        let one = zero.dropLast() + [1]
        #expect(pair.publicKey.transform(zero) == zero)
        #expect(pair.transform(Array(one)) == Array(one))
        let modulus = pair.publicKey.modulus
        let below = Array(modulus.dropLast()) + [modulus[127] - 1]
        // −1 to an odd power is −1.
        #expect(pair.publicKey.transform(below) == below)
        #expect(pair.publicKey.transform(modulus) == nil)
        #expect(pair.transform(modulus) == nil)
        #expect(pair.transform([UInt8](repeating: 0xFF, count: 128)) == nil)
        #expect(pair.transform(Array(zero.dropLast())) == nil)
        #expect(pair.publicKey.transform(zero + [0]) == nil)
    }

    @Test("a key of its five remainder numbers is the key they come from")
    func remainderNumbers() throws {
        let pair = RSAPrivateKey.generate(bitCount: 1152, publicExponent: 3)
        let numbers = try #require(pair.chineseRemainderNumbers)
        #expect(
            [numbers.p, numbers.q, numbers.exponentP, numbers.exponentQ, numbers.coefficient].allSatisfy {
                $0.count == 72
            })
        let again = try RSAPrivateKey(numbers, publicExponent: [3])
        #expect(again.publicKey == pair.publicKey)
        #expect(again.chineseRemainderNumbers == numbers)
        let block = [UInt8](repeating: 0x42, count: 144)
        #expect(again.transform(block) == pair.transform(block))
        let bare = try RSAPrivateKey(
            modulus: pair.publicKey.modulus, publicExponent: [3], privateExponent: pair.privateExponent)
        #expect(bare.chineseRemainderNumbers == nil)
        #expect(bare.transform(block) == pair.transform(block))
    }

    @Test("a key of remainder numbers of which one is another is refused")
    func remainderNeighbours() throws {
        let numbers = try #require(RSAPrivateKey.generate(bitCount: 1024, publicExponent: 3).chineseRemainderNumbers)
        func altered(_ bytes: SecretBytes) -> SecretBytes {
            var revealed = bytes.revealed()
            revealed[revealed.count - 1] ^= 0x02
            return SecretBytes(revealed)
        }
        typealias Numbers = RSAPrivateKey.ChineseRemainderNumbers
        let neighbours = [
            Numbers(
                p: altered(numbers.p), q: numbers.q, exponentP: numbers.exponentP, exponentQ: numbers.exponentQ,
                coefficient: numbers.coefficient),
            Numbers(
                p: numbers.p, q: altered(numbers.q), exponentP: numbers.exponentP, exponentQ: numbers.exponentQ,
                coefficient: numbers.coefficient),
            Numbers(
                p: numbers.p, q: numbers.q, exponentP: altered(numbers.exponentP), exponentQ: numbers.exponentQ,
                coefficient: numbers.coefficient),
            Numbers(
                p: numbers.p, q: numbers.q, exponentP: numbers.exponentP, exponentQ: altered(numbers.exponentQ),
                coefficient: numbers.coefficient),
            Numbers(
                p: numbers.p, q: numbers.q, exponentP: numbers.exponentP, exponentQ: numbers.exponentQ,
                coefficient: altered(numbers.coefficient)),
            Numbers(
                p: numbers.q, q: numbers.p, exponentP: numbers.exponentP, exponentQ: numbers.exponentQ,
                coefficient: numbers.coefficient),
            Numbers(
                p: SecretBytes([]), q: numbers.q, exponentP: numbers.exponentP, exponentQ: numbers.exponentQ,
                coefficient: numbers.coefficient),
        ]
        for neighbour in neighbours {
            #expect(throws: CryptographyError.malformedKey) { try RSAPrivateKey(neighbour, publicExponent: [3]) }
        }
        #expect(throws: CryptographyError.malformedKey) { try RSAPrivateKey(numbers) }
    }
}

@Suite("Triple DES of payment cards")
struct PaymentTripleDESTests {
    /// The message is a whole number of blocks, or the zeros are written out: both are the same.
    @Test("the retail MAC with zero padding fills the last block and adds none")
    func zeroPadding() throws {
        let cipher = TripleDES(key: try TripleDESKey(hex("0123456789ABCDEF FEDCBA9876543210")))
        let whole = cipher.retailMACWithZeroPadding(hex("0102030405060708 0900000000000000"))
        #expect(cipher.retailMACWithZeroPadding(hex("0102030405060708 09")) == whole)
        #expect(cipher.retailMACWithZeroPadding(hex("0102030405060708")) != whole)
        #expect(cipher.retailMAC(hex("01020304050607")) == cipher.retailMACWithZeroPadding(hex("0102030405060780")))
        #expect(cipher.retailMACWithZeroPadding([]) == cipher.retailMACWithZeroPadding([UInt8](repeating: 0, count: 8)))
    }

    @Test("odd parity changes the last bit of a byte at most, and nothing that is enciphered")
    func parity() throws {
        let key = try TripleDESKey(hex("0022446688AACCEE 1133557799BBDDFF"))
        #expect(key.withOddParity.bytes.revealed() == hex("0123456789ABCDEF 1032547698BADCFE"))
        #expect(key.withOddParity.withOddParity == key.withOddParity)
        #expect(key.withOddParity.keyCheckValue == key.keyCheckValue)
    }
}
