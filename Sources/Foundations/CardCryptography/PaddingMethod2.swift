/// ISO/IEC 9797-1 padding method 2: `80`, then zeros to the end of the block. GPC v2.3.1 §B.2.3 names it for AES.
public enum PaddingMethod2 {
    static let marker: UInt8 = 0x80

    /// The length after padding: at least one byte is always added.
    public static func paddedCount(_ count: Int, blockLength: Int) -> Int {
        (count / blockLength + 1) * blockLength
    }

    /// `bytes` and their padding.
    public static func padded(_ bytes: some Collection<UInt8>, blockLength: Int = 16) -> [UInt8] {
        var padded: [UInt8] = []
        let length = paddedCount(bytes.count, blockLength: blockLength)
        padded.reserveCapacity(length)
        padded += bytes
        padded.append(marker)
        padded.append(contentsOf: repeatElement(0, count: length - padded.count))
        return padded
    }

    /// How many bytes come before the padding, or `nil` when no `80` is found in the last block.
    public static func unpaddedCount(of bytes: UnsafeRawBufferPointer, blockLength: Int = 16) -> Int? {
        var index = bytes.count - 1
        while index >= 0, index >= bytes.count - blockLength {
            switch bytes[index] {
            case 0x00: index -= 1
            case marker: return index
            default: return nil
            }
        }
        return nil
    }

    /// `bytes` without their padding.
    ///
    /// - Throws: ``CryptographyError/invalidPadding``.
    public static func unpadded(_ bytes: [UInt8], blockLength: Int = 16) throws(CryptographyError) -> [UInt8] {
        let count = bytes.withUnsafeBytes { unpaddedCount(of: $0, blockLength: blockLength) }
        guard let count else { throw .invalidPadding }
        return Array(bytes.prefix(count))
    }
}
