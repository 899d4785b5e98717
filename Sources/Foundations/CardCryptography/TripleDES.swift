/// Triple DES (encipher, decipher, encipher) in ECB and CBC mode and as the two MACs of GlobalPlatform.
///
/// A value that is only read when used: it may be shared freely. Inputs and initial values are of 8-byte blocks.
public struct TripleDES: Sendable {
    private let first: DESSchedule
    private let second: DESSchedule
    private let third: DESSchedule

    public static let blockLength = 8

    public init(key: TripleDESKey) {
        (first, second, third) = key.bytes.withUnsafeBytes { bytes in
            // The key type holds 16 or 24 bytes.
            let start = bytes.baseAddress!
            let first = DESSchedule(start)
            return (first, DESSchedule(start + 8), bytes.count == 24 ? DESSchedule(start + 16) : first)
        }
    }

    /// One block enciphered with the first single key alone, as SCP02 enciphers the initial value of its next C-MAC.
    public func encryptWithFirstKey(_ block: UInt64) -> UInt64 { first.encrypt(block) }

    func encrypt(_ block: UInt64) -> UInt64 { third.encrypt(second.decrypt(first.encrypt(block))) }
    func decrypt(_ block: UInt64) -> UInt64 { first.decrypt(second.encrypt(third.decrypt(block))) }

    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptECB(_ bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt8] {
        Self.bytes(of: try Self.blocks(of: bytes).map(encrypt))
    }

    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func decryptECB(_ bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt8] {
        Self.bytes(of: try Self.blocks(of: bytes).map(decrypt))
    }

    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptCBC(
        _ bytes: some Collection<UInt8>, initialValue: UInt64 = 0
    ) throws(CryptographyError) -> [UInt8] {
        try transformCBC(bytes, initialValue, encrypting: true)
    }

    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func decryptCBC(
        _ bytes: some Collection<UInt8>, initialValue: UInt64 = 0
    ) throws(CryptographyError) -> [UInt8] {
        try transformCBC(bytes, initialValue, encrypting: false)
    }

    private func transformCBC(
        _ bytes: some Collection<UInt8>, _ initialValue: UInt64, encrypting: Bool
    ) throws(CryptographyError) -> [UInt8] {
        guard bytes.count % Self.blockLength == 0 else {
            throw .notBlockAligned(count: bytes.count, blockLength: Self.blockLength)
        }
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
            let blocks = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: bytes.count)
            blocks.copyBytes(from: bytes)
            DESSchedule.transformCBC(blocks, first, second, third, initialValue: initialValue, encrypting: encrypting)
            initialized = bytes.count
        }
    }

    /// The last CBC block over the message with method 2 padding: full Triple-DES MAC. GPC v2.3.1 §B.1.2.1
    /// (ISO/IEC 9797-1 MAC algorithm 1).
    public func fullMAC(_ message: some Collection<UInt8>, initialValue: UInt64 = 0) -> [UInt8] {
        let chain = Self.paddedBlocks(of: message).reduce(initialValue) { chain, block in encrypt(block ^ chain) }
        return Self.bytes(of: [chain])
    }

    /// Single-DES CBC with the first key over the message with method 2 padding, the last block finished with the
    /// others: retail MAC. GPC v2.3.1 §B.1.2.2 (ISO/IEC 9797-1 MAC algorithm 3).
    public func retailMAC(_ message: some Collection<UInt8>, initialValue: UInt64 = 0) -> [UInt8] {
        Self.bytes(of: [retailMACValue(message, initialValue: initialValue)])
    }

    /// The retail MAC over the message with method 1 padding: zeros to the end of the block, none when it is whole
    /// (ISO/IEC 9797-1 MAC algorithm 3). Older payment cards use it. An empty message is one block of zeros.
    public func retailMACWithZeroPadding(_ message: some Collection<UInt8>) -> [UInt8] {
        let missing =
            message.isEmpty
            ? Self.blockLength : (Self.blockLength - message.count % Self.blockLength) % Self.blockLength
        let padded = Array(message) + [UInt8](repeating: 0, count: missing)
        let chain = padded.withUnsafeBytes { first.checksum($0, initialValue: 0) }
        return Self.bytes(of: [third.encrypt(second.decrypt(chain))])
    }

    /// The retail MAC as a big-endian number, as the next one takes it for its initial value.
    public func retailMACValue(_ message: some Collection<UInt8>, initialValue: UInt64) -> UInt64 {
        let count = message.count
        let paddedCount = PaddingMethod2.paddedCount(count, blockLength: Self.blockLength)
        let chain = withUnsafeTemporaryAllocation(byteCount: paddedCount, alignment: 8) { padded in
            padded.copyBytes(from: message)
            padded[count] = PaddingMethod2.marker
            for index in (count + 1)..<paddedCount { padded[index] = 0 }
            return first.checksum(UnsafeRawBufferPointer(padded), initialValue: initialValue)
        }
        return third.encrypt(second.decrypt(chain))
    }
}

extension TripleDES {
    private static func blocks(of bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt64] {
        guard bytes.count % blockLength == 0 else {
            throw .notBlockAligned(count: bytes.count, blockLength: blockLength)
        }
        return wholeBlocks(of: Array(bytes))
    }

    private static func paddedBlocks(of message: some Collection<UInt8>) -> [UInt64] {
        wholeBlocks(of: PaddingMethod2.padded(message, blockLength: blockLength))
    }

    private static func wholeBlocks(of bytes: [UInt8]) -> [UInt64] {
        bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: blockLength).map { offset in
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
        }
    }

    private static func bytes(of blocks: [UInt64]) -> [UInt8] {
        blocks.flatMap { block in withUnsafeBytes(of: block.bigEndian) { Array($0) } }
    }
}
