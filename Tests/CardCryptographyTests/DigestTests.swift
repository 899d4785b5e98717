import CardCryptography
import Testing

@Suite("Digests")
struct DigestTests {
    /// FIPS 180-2, the message "abc".
    @Test(
        "SHA of abc is the published one, in one piece and in three",
        arguments: [
            (Digest.Algorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
            ),
            (
                .sha512,
                """
                ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
                """
            ),
        ])
    func abc(algorithm: Digest.Algorithm, hash: String) {
        #expect(Digest.hash(Array("abc".utf8), algorithm) == hex(hash))
        var digest = Digest(algorithm)
        for byte in "abc".utf8 { digest.update([byte]) }
        var copy = digest
        copy.update([0])
        #expect(digest.finalize() == hex(hash))
        #expect(copy.finalize() == Digest.hash(Array("abc".utf8) + [0], algorithm))
        #expect(hex(hash).count == algorithm.length)
    }

    /// RFC 4231, test case 2.
    @Test("HMAC-SHA-256 gives the published tag")
    func hmac() {
        let message = Array("what do ya want for nothing?".utf8)
        let key = SecretBytes(Array("Jefe".utf8))
        let tag = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(HMACSHA256.tag(of: message, key: key) == tag)
        #expect(HMACSHA256.isValid(tag, for: message, key: key))
        #expect(!HMACSHA256.isValid(Array(tag.dropLast()), for: message, key: key))
        #expect(!HMACSHA256.isValid(tag, for: message + [0], key: key))
        #expect(HMACSHA256.tag(of: [], key: SecretBytes([])).count == HMACSHA256.tagLength)
    }
}
