import COpenSSL

/// Authenticated encryption with AES-256 in Galois/counter mode (NIST SP 800-38D): what sealed storage is made of.
public enum AESGCM {
    public static let nonceLength = 12
    public static let tagLength = 16

    /// A nonce, a ciphertext as long as its message, and a tag; one after the other as bytes.
    public struct SealedMessage: Equatable, Sendable {
        public let nonce: [UInt8]
        public let ciphertext: [UInt8]
        public let tag: [UInt8]

        /// - Throws: ``CryptographyError/initialValueLength(found:expected:)`` when not even nonce and tag are there.
        public init(bytes: [UInt8]) throws(CryptographyError) {
            guard bytes.count >= nonceLength + tagLength else {
                throw .initialValueLength(found: bytes.count, expected: nonceLength + tagLength)
            }
            nonce = Array(bytes.prefix(nonceLength))
            ciphertext = Array(bytes[nonceLength..<bytes.count - tagLength])
            tag = Array(bytes.suffix(tagLength))
        }

        init(nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
            self.nonce = nonce
            self.ciphertext = ciphertext
            self.tag = tag
        }

        public var bytes: [UInt8] { nonce + ciphertext + tag }
    }

    /// Encrypts and authenticates `message` together with `additionalData`, which travels elsewhere.
    ///
    /// A key must never meet the same nonce twice; without `nonce` a fresh random one is taken.
    /// - Throws: ``CryptographyError/keyLength(found:allowed:)`` or
    ///   ``CryptographyError/initialValueLength(found:expected:)``.
    public static func seal(
        _ message: SecretBytes, key: SecretBytes, nonce: [UInt8]? = nil, additionalData: [UInt8] = []
    ) throws(CryptographyError) -> SealedMessage {
        let nonce = nonce ?? SystemRandomSource().bytes(nonceLength)
        let context = try Context(key: key, nonce: nonce, encrypting: true)
        context.authenticate(additionalData)
        let ciphertext = message.withUnsafeBytes { message in
            [UInt8](unsafeUninitializedCapacity: message.count) { buffer, initialized in
                context.process(message, into: UnsafeMutableRawBufferPointer(buffer))
                initialized = message.count
            }
        }
        return SealedMessage(nonce: nonce, ciphertext: ciphertext, tag: context.finishSealing())
    }

    /// The message, if neither it nor `additionalData` was altered.
    ///
    /// - Throws: ``CryptographyError/authenticationFailed``, or an error naming a wrong length.
    public static func open(
        _ sealed: SealedMessage, key: SecretBytes, additionalData: [UInt8] = []
    ) throws(CryptographyError) -> SecretBytes {
        let context = try Context(key: key, nonce: sealed.nonce, encrypting: false)
        context.authenticate(additionalData)
        let message = SecretBytes(count: sealed.ciphertext.count) { buffer in
            sealed.ciphertext.withUnsafeBytes { context.process($0, into: buffer) }
        }
        guard context.finishOpening(tag: sealed.tag) else { throw .authenticationFailed }
        return message
    }

    private final class Context {
        private let context = require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")

        init(key: SecretBytes, nonce: [UInt8], encrypting: Bool) throws(CryptographyError) {
            guard key.count == 32 else { throw .keyLength(found: key.count, allowed: [32]) }
            guard nonce.count == nonceLength else {
                throw .initialValueLength(found: nonce.count, expected: nonceLength)
            }
            let result = key.withUnsafeBytes { key in
                EVP_CipherInit_ex(
                    context, CipherAlgorithm.aes256GCM.cipher, nil,
                    key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce, encrypting ? 1 : 0)
            }
            require(result, "EVP_CipherInit_ex")
        }

        deinit { EVP_CIPHER_CTX_free(context) }

        func authenticate(_ additionalData: [UInt8]) {
            guard !additionalData.isEmpty else { return }
            var written: Int32 = 0
            let result = EVP_CipherUpdate(context, nil, &written, additionalData, Int32(additionalData.count))
            require(result, "EVP_CipherUpdate")
        }

        func process(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
            guard !input.isEmpty else { return }
            var written: Int32 = 0
            let result = EVP_CipherUpdate(
                context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &written,
                input.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(input.count))
            require(result, "EVP_CipherUpdate")
        }

        func finishSealing() -> [UInt8] {
            var written: Int32 = 0
            var nothing: UInt8 = 0
            require(EVP_CipherFinal_ex(context, &nothing, &written), "EVP_CipherFinal_ex")
            return [UInt8](unsafeUninitializedCapacity: tagLength) { buffer, initialized in
                let result = EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), UnsafeMutableRawPointer(buffer.baseAddress))
                require(result, "EVP_CTRL_AEAD_GET_TAG")
                initialized = tagLength
            }
        }

        func finishOpening(tag: [UInt8]) -> Bool {
            var tag = tag
            let count = Int32(tag.count)
            require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, count, &tag), "EVP_CTRL_AEAD_SET_TAG")
            var written: Int32 = 0
            var nothing: UInt8 = 0
            return EVP_CipherFinal_ex(context, &nothing, &written) == 1
        }
    }
}
