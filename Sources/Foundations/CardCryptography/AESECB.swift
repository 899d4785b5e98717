/// AES on single blocks, keyed once: initial values from counters, key check values.
///
/// A value: copies never share a key schedule in use.
public struct AESECB: Sendable {
    private var encryptor: CipherContext

    public init(key: AESKey) {
        encryptor = CipherContext(.ecb(key.size), key: key.bytes, encrypting: true)
    }

    /// Enciphers one block.
    public mutating func encrypt(_ block: AESBlock) -> AESBlock {
        if !isKnownUniquelyReferenced(&encryptor) { encryptor = CipherContext(copying: encryptor) }
        var block = block
        withUnsafeMutableBytes(of: &block) { block in
            // A SIMD value has an address.
            encryptor.process(block.baseAddress!, into: block.baseAddress!, count: AESBlock.scalarCount)
        }
        return block
    }
}
