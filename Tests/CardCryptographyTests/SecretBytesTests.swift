import CardCryptography
import CardTesting
import Testing

@Suite("Secret bytes")
struct SecretBytesTests {
    let key = secret("404142434445464748494A4B4C4D4E4F")

    @Test("a secret prints its length and nothing else, however it is printed")
    func printing() {
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "‹16 bytes›")
        #expect(String(reflecting: key) == "‹16 bytes›")
        #expect(!dumped.contains("40") && !dumped.contains("64"))
        #expect(Mirror(reflecting: key).children.isEmpty)
    }

    @Test("a secret cannot be encoded")
    func encoding() {
        let anything: Any = key
        #expect(!(anything is any Encodable))
        #expect(!(anything is any Decodable))
    }

    @Test("two secrets are equal when every byte is", arguments: 0..<16)
    func equality(index: Int) {
        var bytes = key.revealed()
        #expect(SecretBytes(bytes) == key)
        #expect(SecretBytes(bytes).hashValue == key.hashValue)
        bytes[index] ^= 0x01
        #expect(SecretBytes(bytes) != key)
    }

    @Test("secrets of different lengths are different")
    func lengths() {
        #expect(key.prefix(15) != key)
        #expect(SecretBytes([]) == SecretBytes([]))
        #expect(SecretBytes([]) != SecretBytes([0]))
    }

    @Test("a secret can be cut and joined")
    func slices() {
        #expect(key.prefix(4) == secret("40414243"))
        #expect(key.prefix(99) == key)
        #expect(key.slice(4..<6) == secret("4445"))
        #expect(key.slice(16..<16).isEmpty)
        #expect(key.prefix(3) + key.slice(3..<16) == key)
    }

    @Test("a secret filled in place starts as zeros")
    func filling() {
        #expect(SecretBytes(count: 3) { $0[1] = 0xAA } == secret("00AA00"))
        #expect(SecretBytes(count: 0) { _ in }.isEmpty)
    }

    @Test("random secrets differ")
    func random() {
        #expect(SecretBytes.random(count: 16) != .random(count: 16))
        #expect(SecretBytes.random(count: 0).isEmpty)
    }

    @Test("a seeded source repeats itself, another seed does not")
    func seeded() {
        let first = SeededRandomSource(seed: 7)
        let again = SeededRandomSource(seed: 7)
        let drawn = [first.bytes(5), first.bytes(16)]
        #expect(drawn == [again.bytes(5), again.bytes(16)])
        #expect(drawn[1] != SeededRandomSource(seed: 8).bytes(16))
        #expect(SecretBytes.random(count: 5, from: SeededRandomSource(seed: 7)) == SecretBytes(drawn[0]))
    }

    @Test("comparing in constant time tells equal from different")
    func constantTime() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    }
}
