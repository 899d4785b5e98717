import COpenSSL

/// Where challenges, keys and paddings come from: the system, or a seed in tests.
public protocol RandomSource: Sendable {
    func bytes(_ count: Int) -> [UInt8]
}

/// The system's cryptographic generator.
public struct SystemRandomSource: RandomSource {
    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            fillWithRandomBytes(UnsafeMutableRawBufferPointer(rebasing: raw[..<count]))
            initialized = count
        }
    }
}

/// Fills `buffer` from the system's generator. Without randomness nothing here is safe, so the program stops.
func fillWithRandomBytes(_ buffer: UnsafeMutableRawBufferPointer) {
    guard !buffer.isEmpty else { return }
    let filled = RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
    require(filled, "RAND_bytes")
}
