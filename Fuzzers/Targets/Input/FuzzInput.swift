/// Takes decisions from the fuzzer's bytes, front to back. Used up, it answers zeros, so that every input is a whole one.
struct FuzzInput {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// A number below `bound`, which is 256 at most: one byte.
    mutating func number(below bound: Int) -> Int { Int(byte()) % bound }

    mutating func uint16() -> Int { Int(byte()) << 8 | Int(byte()) }

    mutating func flag() -> Bool { byte() & 1 != 0 }

    mutating func choice<Element>(of elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// Up to `count` bytes: as many as are left.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// A length byte, and up to that many bytes.
    mutating func lengthPrefixed() -> [UInt8] { take(Int(byte())) }

    mutating func rest() -> [UInt8] { take(bytes.count) }
}
