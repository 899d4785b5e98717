/// An AES key of 128, 192 or 256 bits.
public struct AESKey: Hashable, Sendable {
    public let bytes: SecretBytes
    public let size: Size

    /// The three sizes, by their number of bytes.
    public enum Size: Int, CaseIterable, Sendable {
        case aes128 = 16
        case aes192 = 24
        case aes256 = 32

        public var bitCount: Int { rawValue * 8 }
    }

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: SecretBytes) throws(CryptographyError) {
        guard let size = Size(rawValue: bytes.count) else {
            throw .keyLength(found: bytes.count, allowed: Size.allCases.map(\.rawValue))
        }
        self.bytes = bytes
        self.size = size
    }

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: some Collection<UInt8>) throws(CryptographyError) {
        try self.init(SecretBytes(bytes))
    }

    /// A fresh key.
    public static func random(_ size: Size) -> AESKey {
        AESKey(known: .random(count: size.rawValue), size: size)
    }

    /// A key whose length the caller has just made sure of.
    init(known bytes: SecretBytes, size: Size) {
        self.bytes = bytes
        self.size = size
    }

    /// Three bytes that tell whether two parties hold the same key: a block of `01`s enciphered, its first three bytes.
    /// GPC v2.3.1 §B.6.
    public var keyCheckValue: [UInt8] {
        var cipher = AESECB(key: self)
        let block = cipher.encrypt(AESBlock(repeating: 0x01))
        return [block[0], block[1], block[2]]
    }
}

extension AESKey: CustomStringConvertible {
    public var description: String { "AES-\(size.bitCount) key \(bytes)" }
}

/// Sixteen bytes held in a register: an AES block, an initial value, a MAC chaining value.
public typealias AESBlock = SIMD16<UInt8>
