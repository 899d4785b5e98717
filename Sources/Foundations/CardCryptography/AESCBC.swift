/// AES in CBC mode without padding, keyed once per direction and reused for every message.
///
/// A value: copies never share a key schedule in use. A direction that is never used is never keyed.
public struct AESCBC: Sendable {
    private let key: AESKey
    private var encryptor: CipherContext?
    private var decryptor: CipherContext?

    public init(key: AESKey) { self.key = key }

    /// Enciphers `buffer` where it is; its length is a multiple of 16.
    public mutating func encrypt(inPlace buffer: UnsafeMutableRawBufferPointer, initialValue: AESBlock = .zero) {
        if encryptor == nil {
            encryptor = CipherContext(.cbc(key.size), key: key.bytes, encrypting: true)
        }
        Self.process(buffer, &encryptor, initialValue)
    }

    /// Deciphers `buffer` where it is; its length is a multiple of 16.
    public mutating func decrypt(inPlace buffer: UnsafeMutableRawBufferPointer, initialValue: AESBlock = .zero) {
        if decryptor == nil {
            decryptor = CipherContext(.cbc(key.size), key: key.bytes, encrypting: false)
        }
        Self.process(buffer, &decryptor, initialValue)
    }

    /// The ciphertext of whole blocks.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public mutating func encrypt(
        _ bytes: some Collection<UInt8>, initialValue: AESBlock = .zero
    ) throws(CryptographyError) -> [UInt8] {
        var bytes = try Self.wholeBlocks(bytes)
        bytes.withUnsafeMutableBytes { encrypt(inPlace: $0, initialValue: initialValue) }
        return bytes
    }

    /// The plaintext of whole blocks.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public mutating func decrypt(
        _ bytes: some Collection<UInt8>, initialValue: AESBlock = .zero
    ) throws(CryptographyError) -> [UInt8] {
        var bytes = try Self.wholeBlocks(bytes)
        bytes.withUnsafeMutableBytes { decrypt(inPlace: $0, initialValue: initialValue) }
        return bytes
    }

    private static func wholeBlocks(_ bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt8] {
        guard bytes.count % AESBlock.scalarCount == 0 else {
            throw .notBlockAligned(count: bytes.count, blockLength: AESBlock.scalarCount)
        }
        return Array(bytes)
    }

    private static func process(
        _ buffer: UnsafeMutableRawBufferPointer, _ context: inout CipherContext?, _ initialValue: AESBlock
    ) {
        precondition(buffer.count % AESBlock.scalarCount == 0, "CBC without padding works on whole blocks")
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
        let isShared = !isKnownUniquelyReferenced(&context)
        if isShared, let shared = context { context = CipherContext(copying: shared) }
        guard let context else { return }
        withUnsafeBytes(of: initialValue) { initialValue in
            // A SIMD value has an address.
            context.restart(initialValue: initialValue.baseAddress!)
        }
        context.process(start, into: start, count: buffer.count)
    }
}

extension AESBlock {
    /// Reads a block from exactly 16 bytes.
    ///
    /// - Throws: ``CryptographyError/initialValueLength(found:expected:)``.
    public init(bytes: some Collection<UInt8>) throws(CryptographyError) {
        guard bytes.count == Self.scalarCount else {
            throw .initialValueLength(found: bytes.count, expected: Self.scalarCount)
        }
        self.init(bytes)
    }

    /// The sixteen bytes as an array.
    public var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
