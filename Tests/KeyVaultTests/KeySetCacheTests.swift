import CardCryptography
import SecureChannel
import Testing

@testable import KeyVault

@Suite("The cache of key sets")
struct KeySetCacheTests {
    /// Counts derivations.
    private final class Source {
        var derivations: [Int] = []
        func keySet(_ number: Int) -> SCP03KeySet {
            derivations.append(number)
            return .random(.aes128)
        }
    }

    @Test("derives a key set once while it is held")
    func once() {
        let (cache, source) = (KeySetCache<Int>(entriesMax: 4), Source())
        let first = cache.keySet(1) { source.keySet(1) }
        #expect(cache.keySet(1) { source.keySet(1) } == first)
        #expect(source.derivations == [1])
    }

    @Test("holds no more than its bound, and drops what was not used since")
    func bound() {
        let (cache, source) = (KeySetCache<Int>(entriesMax: 4), Source())
        for number in 0..<4 { _ = cache.keySet(number) { source.keySet(number) } }
        _ = cache.keySet(0) { source.keySet(0) }
        #expect(cache.count == 4)
        _ = cache.keySet(4) { source.keySet(4) }
        #expect(cache.count == 4)
        #expect(source.derivations == [0, 1, 2, 3, 4])
        // 0 was used and stays; 1 was the next and went.
        for number in [0, 2, 3, 4] { _ = cache.keySet(number) { source.keySet(number) } }
        #expect(source.derivations == [0, 1, 2, 3, 4])
        _ = cache.keySet(1) { source.keySet(1) }
        #expect(source.derivations == [0, 1, 2, 3, 4, 1])
        for number in 0..<1_000 { _ = cache.keySet(number) { source.keySet(number) } }
        #expect(cache.count == 4)
    }

    @Test("does not keep a key set that could not be derived")
    func failure() {
        let (cache, source) = (KeySetCache<Int>(entriesMax: 4), Source())
        #expect(throws: SCP03KeySetError.sizesDiffer) {
            try cache.keySet(1) { () throws(SCP03KeySetError) in throw .sizesDiffer }
        }
        #expect(cache.count == 0)
        _ = cache.keySet(1) { source.keySet(1) }
        #expect(source.derivations == [1])
    }
}
