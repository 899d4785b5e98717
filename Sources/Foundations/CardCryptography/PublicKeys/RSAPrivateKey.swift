import COpenSSL

/// An RSA key pair of 1 024 to 4 096 bits: signs and decrypts.
public struct RSAPrivateKey: Sendable {
    public let publicKey: RSAPublicKey
    private let key: AsymmetricKey

    /// A fresh pair with the exponent 65 537. Takes a good part of a second for 3 072 bits.
    public static func generate(bitCount: Int) -> RSAPrivateKey {
        precondition(RSAPublicKey.bitCounts.contains(bitCount), "an RSA key has 1 024 to 4 096 bits")
        let key = AsymmetricKey.generate(.rsa) { context in
            require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount)), "EVP_PKEY_CTX_set_rsa_keygen_bits")
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

    init(_ key: AsymmetricKey) throws(CryptographyError) {
        self.key = key
        publicKey = try RSAPublicKey(key)
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
