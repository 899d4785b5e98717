import COpenSSL

/// AES-CMAC (NIST SP 800-38B, RFC 4493), keyed once and reused for every message.
///
/// A message is fed in as many pieces as it has; `finalize` gives its tag and starts the next message.
/// A value: a copy continues the message on its own.
public struct AESCMAC: Sendable {
    private var context: Context

    public init(key: AESKey) { context = Context(key: key) }

    /// Adds a piece of the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        own()
        context.update(bytes)
    }

    /// Adds a piece of the message.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Adds a piece of the message.
    public mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { update($0) } }

    /// Adds a piece of the message.
    public mutating func update(_ block: AESBlock) { withUnsafeBytes(of: block) { update($0) } }

    /// The tag of the message, 16 bytes; the next `update` starts a new message.
    public mutating func finalize() -> AESBlock {
        own()
        return context.finalize()
    }

    /// The tag of a whole message.
    public mutating func tag(of message: [UInt8]) -> AESBlock {
        update(message)
        return finalize()
    }

    private mutating func own() {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
    }
}

extension AESCMAC {
    /// libcrypto's CMAC context. Not safe to use from two threads; ``AESCMAC`` duplicates it before it is shared.
    private final class Context: @unchecked Sendable {
        private let context: OpaquePointer

        init(key: AESKey) {
            context = require(CMAC_CTX_new(), "CMAC_CTX_new")
            let result = key.bytes.withUnsafeBytes { bytes in
                CMAC_Init(context, bytes.baseAddress, bytes.count, CipherAlgorithm.cbc(key.size).cipher, nil)
            }
            require(result, "CMAC_Init")
        }

        init(copying other: Context) {
            context = require(CMAC_CTX_new(), "CMAC_CTX_new")
            require(CMAC_CTX_copy(context, other.context), "CMAC_CTX_copy")
        }

        deinit { CMAC_CTX_free(context) }

        func update(_ bytes: UnsafeRawBufferPointer) {
            require(CMAC_Update(context, bytes.baseAddress, bytes.count), "CMAC_Update")
        }

        func finalize() -> AESBlock {
            var tag = AESBlock.zero
            withUnsafeMutableBytes(of: &tag) { tag in
                var length = 0
                let result = CMAC_Final(context, tag.baseAddress?.assumingMemoryBound(to: UInt8.self), &length)
                require(result, "CMAC_Final")
            }
            // Without key and cipher this resumes: the key schedule and the subkeys stay.
            require(CMAC_Init(context, nil, 0, nil, nil), "CMAC_Init")
            return tag
        }
    }
}
