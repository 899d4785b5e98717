/// A Triple-DES key of two (16 bytes) or three (24 bytes) single keys.
public struct TripleDESKey: Hashable, Sendable {
    public let bytes: SecretBytes

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: SecretBytes) throws(CryptographyError) {
        guard bytes.count == 16 || bytes.count == 24 else {
            throw .keyLength(found: bytes.count, allowed: [16, 24])
        }
        self.bytes = bytes
    }

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: some Collection<UInt8>) throws(CryptographyError) {
        try self.init(SecretBytes(bytes))
    }

    /// The same key with the last bit of every byte set so that the byte has an odd number of ones, which DES itself
    /// does not look at (FIPS 46-3).
    public var withOddParity: TripleDESKey {
        let adjusted = bytes.withUnsafeBytes { source in
            SecretBytes(count: source.count) { target in
                for (index, byte) in source.enumerated() {
                    target[index] = byte & 0xFE | UInt8((byte >> 1).nonzeroBitCount & 1 ^ 1)
                }
            }
        }
        return TripleDESKey(sameLengthAs: adjusted)
    }

    /// The length was checked before.
    private init(sameLengthAs bytes: SecretBytes) { self.bytes = bytes }

    /// Three bytes that tell whether two parties hold the same key: a block of zeros enciphered, its first three
    /// bytes. GPC v2.3.1 §B.6.
    public var keyCheckValue: [UInt8] {
        let block = TripleDES(key: self).encrypt(0)
        return [UInt8(block >> 56), UInt8(truncatingIfNeeded: block >> 48), UInt8(truncatingIfNeeded: block >> 40)]
    }
}

extension TripleDESKey: CustomStringConvertible {
    public var description: String { "Triple-DES key \(bytes)" }
}
