import COpenSSL

/// A public or private key in libcrypto: not changed after it is made, and every use has its own context.
final class AsymmetricKey: @unchecked Sendable {
    private let key: OpaquePointer
    let bitCount: Int

    /// What kind of key it is.
    enum Family {
        case rsa, ec

        var name: String { self == .rsa ? "RSA" : "EC" }
        fileprivate var identifier: Int32 { self == .rsa ? EVP_PKEY_RSA : EVP_PKEY_EC }
    }

    /// Takes ownership of `key`.
    init(owning key: OpaquePointer) {
        self.key = key
        bitCount = Int(EVP_PKEY_get_bits(key))
    }

    /// Takes ownership of a key that came from outside, or refuses it when it is of another family.
    convenience init(checking key: OpaquePointer?, is family: Family) throws(CryptographyError) {
        guard let key else {
            ERR_clear_error()
            throw .malformedKey
        }
        self.init(owning: key)
        guard EVP_PKEY_get_base_id(key) == family.identifier else { throw .malformedKey }
    }

    deinit { EVP_PKEY_free(key) }

    /// Reads a SubjectPublicKeyInfo in PEM.
    convenience init(publicPEM pem: String, is family: Family) throws(CryptographyError) {
        let bytes = Array(pem.utf8)
        let input = require(BIO_new_mem_buf(bytes, Int32(bytes.count)), "BIO_new_mem_buf")
        defer { BIO_free(input) }
        try self.init(checking: PEM_read_bio_PUBKEY(input, nil, nil, nil), is: family)
    }

    /// Reads a private key in PEM that no passphrase protects.
    convenience init(privatePEM pem: SecretBytes, is family: Family) throws(CryptographyError) {
        let key: OpaquePointer? = pem.withUnsafeBytes { bytes in
            let input = require(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)), "BIO_new_mem_buf")
            defer { BIO_free(input) }
            // A passphrase is never asked for: without the callback libcrypto would turn to the terminal.
            return PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil)
        }
        try self.init(checking: key, is: family)
    }

    /// Reads a private key in PKCS #8 DER.
    convenience init(privateDER der: SecretBytes, is family: Family) throws(CryptographyError) {
        let key: OpaquePointer? = der.withUnsafeBytes { bytes in
            let input = require(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)), "BIO_new_mem_buf")
            defer { BIO_free(input) }
            guard let info = d2i_PKCS8_PRIV_KEY_INFO_bio(input, nil) else { return nil }
            defer { PKCS8_PRIV_KEY_INFO_free(info) }
            return EVP_PKCS82PKEY(info)
        }
        try self.init(checking: key, is: family)
    }

    /// A fresh key; `configure` sets what the family needs to know.
    static func generate(_ family: Family, _ configure: (OpaquePointer) -> Void) -> AsymmetricKey {
        let context = require(EVP_PKEY_CTX_new_from_name(nil, family.name, nil), "EVP_PKEY_CTX_new_from_name")
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_keygen_init(context), "EVP_PKEY_keygen_init")
        configure(context)
        var key: OpaquePointer?
        require(EVP_PKEY_generate(context, &key), "EVP_PKEY_generate")
        return AsymmetricKey(owning: require(key, "EVP_PKEY_generate"))
    }

    /// A key made of its components, or an error when libcrypto finds that they are none.
    static func assemble(
        _ family: Family, isPrivate: Bool, _ components: KeyComponents
    ) throws(CryptographyError) -> AsymmetricKey {
        let context = require(EVP_PKEY_CTX_new_from_name(nil, family.name, nil), "EVP_PKEY_CTX_new_from_name")
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        var key: OpaquePointer?
        let isAssembled = components.withParameters { parameters in
            EVP_PKEY_fromdata(
                context, &key, isPrivate ? EVP_PKEY_SELECT_KEY_PAIR : EVP_PKEY_SELECT_PUBLIC_KEY, parameters) == 1
        }
        guard isAssembled else {
            ERR_clear_error()
            throw .malformedKey
        }
        return try AsymmetricKey(checking: key, is: family)
    }

    /// Whether the numbers fit together: for a public key of a curve, that the point is on it.
    var isConsistent: Bool {
        let context = makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        let isValid = EVP_PKEY_public_check(context) == 1
        if !isValid { ERR_clear_error() }
        return isValid
    }

    /// A context for one use of the key.
    func makeContext() -> OpaquePointer {
        require(EVP_PKEY_CTX_new_from_pkey(nil, key, nil), "EVP_PKEY_CTX_new_from_pkey")
    }
}

// MARK: - What it consists of

extension AsymmetricKey {
    /// One of its numbers, big-endian and without leading zeros.
    func number(_ name: String) -> [UInt8] {
        var number: OpaquePointer?
        require(EVP_PKEY_get_bn_param(key, name, &number), "EVP_PKEY_get_bn_param")
        defer { BN_clear_free(number) }
        let count = Int(BN_num_bits(number) + 7) / 8
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = Int(BN_bn2bin(number, buffer.baseAddress))
        }
    }

    /// Whether it has a number of this name.
    func has(_ name: String) -> Bool {
        var number: OpaquePointer?
        defer { BN_clear_free(number) }
        let isThere = EVP_PKEY_get_bn_param(key, name, &number) == 1
        if !isThere { ERR_clear_error() }
        return isThere
    }

    /// One of its secret numbers, big-endian in `count` bytes.
    func secretNumber(_ name: String, count: Int) -> SecretBytes {
        var number: OpaquePointer?
        require(EVP_PKEY_get_bn_param(key, name, &number), "EVP_PKEY_get_bn_param")
        defer { BN_clear_free(number) }
        return SecretBytes(count: count) { target in
            let written = BN_bn2binpad(
                number, target.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(count))
            precondition(written == Int32(count), "the number is below the order of the curve")
        }
    }

    /// The name of its curve, as libcrypto knows it.
    var groupName: String? {
        var name = [UInt8](repeating: 0, count: 80)
        var count = 0
        guard
            name.withUnsafeMutableBytes({ buffer in
                EVP_PKEY_get_group_name(
                    key, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, &count)
            }) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return String(decoding: name.prefix(count), as: UTF8.self)
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

    /// The public half as a SubjectPublicKeyInfo in PEM.
    var publicPEM: String {
        export { output, key in PEM_write_bio_PUBKEY(output, key) }
            .withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The private key in PKCS #8 DER.
    var privateDER: SecretBytes {
        export { output, key in i2d_PKCS8PrivateKey_bio(output, key, nil, nil, 0, nil, nil) }
    }

    /// The private key in PKCS #8 PEM, not protected by a passphrase.
    var privatePEM: SecretBytes {
        export { output, key in PEM_write_bio_PKCS8PrivateKey(output, key, nil, nil, 0, nil, nil) }
    }
}

// MARK: - Signing and encrypting

extension AsymmetricKey {
    /// Signs `message`; `configure` chooses the padding.
    func sign(
        _ message: [UInt8], _ digest: Digest.Algorithm, lengthMax: Int, _ configure: (OpaquePointer) -> Void = { _ in }
    ) -> [UInt8] {
        let context = require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        require(
            EVP_DigestSignInit_ex(context, &keyContext, digest.rawValue, nil, nil, key, nil), "EVP_DigestSignInit_ex")
        configure(require(keyContext, "EVP_DigestSignInit_ex"))
        return [UInt8](unsafeUninitializedCapacity: lengthMax) { buffer, initialized in
            initialized = lengthMax
            require(
                EVP_DigestSign(context, buffer.baseAddress, &initialized, message, message.count), "EVP_DigestSign")
        }
    }

    /// Whether `signature` is this key's over `message`; `configure` chooses the padding.
    func verify(
        _ signature: [UInt8], over message: [UInt8], _ digest: Digest.Algorithm,
        _ configure: (OpaquePointer) -> Void = { _ in }
    ) -> Bool {
        let context = require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        require(
            EVP_DigestVerifyInit_ex(context, &keyContext, digest.rawValue, nil, nil, key, nil),
            "EVP_DigestVerifyInit_ex")
        configure(require(keyContext, "EVP_DigestVerifyInit_ex"))
        let isValid = EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        if !isValid { ERR_clear_error() }
        return isValid
    }

    /// Encrypts a short message; `configure` chooses the padding. Its length is the caller's to check.
    func encrypt(_ message: SecretBytes, _ configure: (OpaquePointer) -> Void) -> [UInt8] {
        let context = makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_encrypt_init(context), "EVP_PKEY_encrypt_init")
        configure(context)
        let length = (bitCount + 7) / 8
        return message.withUnsafeBytes { message in
            [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
                initialized = length
                let result = EVP_PKEY_encrypt(
                    context, buffer.baseAddress, &initialized,
                    message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count)
                require(result, "EVP_PKEY_encrypt")
            }
        }
    }

    /// Decrypts what was encrypted with the public half.
    ///
    /// - Throws: ``CryptographyError/cannotDecrypt``, without telling why.
    func decrypt(_ ciphertext: [UInt8], _ configure: (OpaquePointer) -> Void) throws(CryptographyError) -> SecretBytes {
        let context = makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_decrypt_init(context), "EVP_PKEY_decrypt_init")
        configure(context)
        var length = (bitCount + 7) / 8
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

    /// The secret shared with the owner of `other`, or `nil` when the two do not fit.
    func agree(with other: AsymmetricKey, length: Int) -> SecretBytes? {
        let context = makeContext()
        defer { EVP_PKEY_CTX_free(context) }
        require(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        guard EVP_PKEY_derive_set_peer(context, other.key) == 1 else {
            ERR_clear_error()
            return nil
        }
        return SecretBytes(count: length) { target in
            var count = length
            let result = EVP_PKEY_derive(context, target.baseAddress?.assumingMemoryBound(to: UInt8.self), &count)
            require(result, "EVP_PKEY_derive")
            precondition(count == length, "the secret is one coordinate")
        }
    }
}
