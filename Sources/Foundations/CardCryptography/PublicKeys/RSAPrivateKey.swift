import COpenSSL

/// An RSA key pair of 1 024 to 4 096 bits: signs and decrypts.
public struct RSAPrivateKey: Sendable {
    public let publicKey: RSAPublicKey
    let key: AsymmetricKey

    /// A fresh pair, with the exponent 65 537 if nothing else is said. Takes a good part of a second for 3 072 bits.
    public static func generate(bitCount: Int, publicExponent: UInt32 = 65_537) -> RSAPrivateKey {
        precondition(RSAPublicKey.bitCounts.contains(bitCount), "an RSA key has 1 024 to 4 096 bits")
        precondition(publicExponent >= 3 && publicExponent % 2 == 1, "an RSA exponent is odd and 3 or above")
        let key = AsymmetricKey.generate(.rsa) { context in
            require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount)), "EVP_PKEY_CTX_set_rsa_keygen_bits")
            let exponent = require(BN_new(), "BN_new")
            defer { BN_free(exponent) }
            require(BN_set_word(exponent, UInt(publicExponent)), "BN_set_word")
            require(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent), "EVP_PKEY_CTX_set1_rsa_keygen_pubexp")
        }
        do { return try RSAPrivateKey(key) } catch { preconditionFailure("libcrypto makes keys of the length asked") }
    }

    /// Reads a private key in PKCS #8 DER.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a key that is not RSA.
    public init(der: SecretBytes) throws(CryptographyError) { try self.init(AsymmetricKey(privateDER: der, is: .rsa)) }

    /// Reads a private key in PEM (PKCS #8 or PKCS #1) that no passphrase protects.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a key that is not RSA.
    public init(pem: SecretBytes) throws(CryptographyError) { try self.init(AsymmetricKey(privatePEM: pem, is: .rsa)) }

    /// A key made of its numbers, big-endian, without the primes: slower than one that has them.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for exponents that do not belong together.
    public init(
        modulus: some Collection<UInt8>, publicExponent: [UInt8] = [1, 0, 1], privateExponent: SecretBytes
    ) throws(CryptographyError) {
        let publicKey = try RSAPublicKey(modulus: modulus, exponent: publicExponent)
        guard (1...publicKey.blockLength).contains(privateExponent.count) else { throw .malformedKey }
        let components = KeyComponents()
        components.add(OSSL_PKEY_PARAM_RSA_N, number: publicKey.modulus)
        components.add(OSSL_PKEY_PARAM_RSA_E, number: publicExponent)
        components.add(OSSL_PKEY_PARAM_RSA_D, number: privateExponent)
        try self.init(AsymmetricKey.assemble(.rsa, isPrivate: true, components))
        try checkPair()
    }

    /// libcrypto checks a pair by its primes only: here it is checked by what it is for.
    ///
    /// - Throws: ``CryptographyError/malformedKey``.
    func checkPair() throws(CryptographyError) {
        let probe = SecretBytes([0x2A])
        guard let ciphertext = try? publicKey.encrypt(probe, .pkcs1), (try? decrypt(ciphertext, .pkcs1)) == probe else {
            throw .malformedKey
        }
    }

    init(_ key: AsymmetricKey) throws(CryptographyError) {
        self.key = key
        publicKey = try RSAPublicKey(key)
    }

    /// Big-endian, as long as the modulus.
    public var privateExponent: SecretBytes {
        key.secretNumber(OSSL_PKEY_PARAM_RSA_D, count: publicKey.blockLength)
    }

    /// The private key in PKCS #8 DER, to be sealed before it is stored.
    public var der: SecretBytes { key.privateDER }

    /// The private key in PKCS #8 PEM, not protected by a passphrase.
    public var pem: SecretBytes { key.privatePEM }

    /// A signature over `message` with the scheme of this length of key, as long as the modulus.
    public func signature(over message: [UInt8]) -> [UInt8] {
        let scheme = RSASignatureScheme(bitCount: publicKey.bitCount)
        return key.sign(message, scheme.digest, lengthMax: publicKey.blockLength, scheme.configure)
    }

    /// Decrypts what was encrypted with the public half.
    ///
    /// - Throws: ``CryptographyError/cannotDecrypt``, without telling why.
    public func decrypt(
        _ ciphertext: [UInt8], _ padding: RSAEncryptionPadding
    ) throws(CryptographyError) -> SecretBytes {
        try key.decrypt(ciphertext, padding.configure)
    }
}

extension RSAPrivateKey: Equatable {
    public static func == (left: Self, right: Self) -> Bool { left.der == right.der }
}

extension RSAPrivateKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "RSA-\(publicKey.bitCount) private key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
