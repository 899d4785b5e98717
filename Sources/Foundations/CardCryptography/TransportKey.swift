import COpenSSL

/// The public half of a transport key: encrypts a master key so that only one party can read it
/// (RSA-OAEP with SHA-256, RFC 8017 §7.1).
public struct TransportPublicKey: Sendable {
    private let key: RSAKey

    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a key that is not RSA or has fewer than 2 048 bits.
    public init(pem: String) throws(CryptographyError) {
        let bytes = Array(pem.utf8)
        guard let input = BIO_new_mem_buf(bytes, Int32(bytes.count)) else { throw .malformedKey }
        defer { BIO_free(input) }
        guard let key = PEM_read_bio_PUBKEY(input, nil, nil, nil) else {
            ERR_clear_error()
            throw .malformedKey
        }
        self.key = try RSAKey(checking: key)
    }

    fileprivate init(_ key: RSAKey) { self.key = key }

    /// The key as a SubjectPublicKeyInfo in PEM.
    public var pem: String {
        key.export { output, key in PEM_write_bio_PUBKEY(output, key) }
            .withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    public var bitCount: Int { key.bitCount }

    /// The longest message: the modulus less two hashes and two bytes.
    public var messageLengthMax: Int { key.bitCount / 8 - 2 * Digest.Algorithm.sha256.length - 2 }

    /// Encrypts a short secret; the label is authenticated and must be the same at the other end.
    ///
    /// - Throws: ``CryptographyError/messageTooLong(count:max:)``.
    public func encrypt(_ message: SecretBytes) throws(CryptographyError) -> [UInt8] {
        guard message.count <= messageLengthMax else {
            throw .messageTooLong(count: message.count, max: messageLengthMax)
        }
        let context = key.makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_encrypt_init(context), "EVP_PKEY_encrypt_init")
        RSAKey.useOAEP(context)
        return message.withUnsafeBytes { message in
            [UInt8](unsafeUninitializedCapacity: key.bitCount / 8) { buffer, initialized in
                initialized = key.bitCount / 8
                let result = EVP_PKEY_encrypt(
                    context, buffer.baseAddress, &initialized,
                    message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count)
                require(result, "EVP_PKEY_encrypt")
            }
        }
    }
}

/// A transport key pair: whoever holds it reads what was encrypted with its public half.
public struct TransportKeyPair: Sendable {
    private let key: RSAKey

    /// A fresh pair. Takes a good part of a second for 3 072 bits.
    public static func generate(bitCount: Int = 3072) -> TransportKeyPair {
        precondition(bitCount >= RSAKey.bitCountMin, "a transport key has 2 048 bits at least")
        let context = require(EVP_PKEY_CTX_new_from_name(nil, "RSA", nil), "EVP_PKEY_CTX_new_from_name")
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_keygen_init(context), "EVP_PKEY_keygen_init")
        require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount)), "EVP_PKEY_CTX_set_rsa_keygen_bits")
        var key: OpaquePointer?
        require(EVP_PKEY_generate(context, &key), "EVP_PKEY_generate")
        return TransportKeyPair(RSAKey(owning: require(key, "EVP_PKEY_generate")))
    }

    /// Reads a private key in PKCS #8 DER.
    ///
    /// - Throws: ``CryptographyError/malformedKey``.
    public init(privateKey: SecretBytes) throws(CryptographyError) {
        let key: OpaquePointer? = privateKey.withUnsafeBytes { bytes in
            guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(input) }
            guard let info = d2i_PKCS8_PRIV_KEY_INFO_bio(input, nil) else { return nil }
            defer { PKCS8_PRIV_KEY_INFO_free(info) }
            return EVP_PKCS82PKEY(info)
        }
        guard let key else {
            ERR_clear_error()
            throw .malformedKey
        }
        self.key = try RSAKey(checking: key)
    }

    private init(_ key: RSAKey) { self.key = key }

    public var publicKey: TransportPublicKey { TransportPublicKey(key) }

    /// The private key in PKCS #8 DER, to be sealed before it is stored.
    public var privateKey: SecretBytes {
        key.export { output, key in i2d_PKCS8PrivateKey_bio(output, key, nil, nil, 0, nil, nil) }
    }

    /// Decrypts what was encrypted with the public half.
    ///
    /// - Throws: ``CryptographyError/cannotDecrypt``, without telling why.
    public func decrypt(_ ciphertext: [UInt8]) throws(CryptographyError) -> SecretBytes {
        let context = key.makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_decrypt_init(context), "EVP_PKEY_decrypt_init")
        RSAKey.useOAEP(context)
        var length = key.bitCount / 8
        var isDecrypted = false
        let buffer = SecretBytes(count: length) { target in
            isDecrypted =
                EVP_PKEY_decrypt(
                    context, target.baseAddress?.assumingMemoryBound(to: UInt8.self), &length, ciphertext,
                    ciphertext.count) == 1
        }
        guard isDecrypted else {
            ERR_clear_error()
            throw .cannotDecrypt
        }
        return buffer.prefix(length)
    }
}

/// An RSA key in libcrypto: not changed after it is made, and every use has its own context.
private final class RSAKey: @unchecked Sendable {
    private let key: OpaquePointer
    let bitCount: Int

    static let bitCountMin = 2048

    init(owning key: OpaquePointer) {
        self.key = key
        bitCount = Int(EVP_PKEY_get_bits(key))
    }

    /// Takes ownership of a key that came from outside.
    convenience init(checking key: OpaquePointer) throws(CryptographyError) {
        self.init(owning: key)
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, bitCount >= Self.bitCountMin else { throw .malformedKey }
    }

    deinit { EVP_PKEY_free(key) }

    func makeContext() -> OpaquePointer {
        require(EVP_PKEY_CTX_new_from_pkey(nil, key, nil), "EVP_PKEY_CTX_new_from_pkey")
    }

    static func useOAEP(_ context: OpaquePointer) {
        require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        require(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()), "EVP_PKEY_CTX_set_rsa_oaep_md")
        require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()), "EVP_PKEY_CTX_set_rsa_mgf1_md")
    }

    /// What `write` puts into a memory stream that is wiped afterwards.
    func export(_ write: (OpaquePointer, OpaquePointer) -> Int32) -> SecretBytes {
        let output = require(BIO_new(BIO_s_secmem()), "BIO_new")
        defer { BIO_free(output) }
        require(write(output, key), "writing a key")
        let count = Int(BIO_ctrl_pending(output))
        return SecretBytes(count: count) { target in
            let read = BIO_read(output, target.baseAddress, Int32(count))
            precondition(read == Int32(count), "a memory stream gives back what it holds")
        }
    }
}
