/// The public half of a transport key: encrypts a master key so that only one party can read it
/// (RSA-OAEP with SHA-256, RFC 8017 §7.1).
public struct TransportPublicKey: Sendable {
    private let key: RSAPublicKey

    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a key that is not RSA or has fewer than 2 048 bits.
    public init(pem: String) throws(CryptographyError) {
        key = try RSAPublicKey(pem: pem)
        guard key.bitCount >= TransportKeyPair.bitCountMin else { throw .malformedKey }
    }

    fileprivate init(_ key: RSAPublicKey) { self.key = key }

    /// The key as a SubjectPublicKeyInfo in PEM.
    public var pem: String { key.pem }

    public var bitCount: Int { key.bitCount }

    /// The longest message: the modulus less two hashes and two bytes.
    public var messageLengthMax: Int { key.messageLengthMax(.oaepSHA256) }

    /// Encrypts a short secret; the label is authenticated and must be the same at the other end.
    ///
    /// - Throws: ``CryptographyError/messageTooLong(count:max:)``.
    public func encrypt(_ message: SecretBytes) throws(CryptographyError) -> [UInt8] {
        try key.encrypt(message, .oaepSHA256)
    }
}

/// A transport key pair: whoever holds it reads what was encrypted with its public half.
public struct TransportKeyPair: Sendable {
    private let key: RSAPrivateKey

    static let bitCountMin = 2048

    /// A fresh pair. Takes a good part of a second for 3 072 bits.
    public static func generate(bitCount: Int = 3072) -> TransportKeyPair {
        precondition(bitCount >= bitCountMin, "a transport key has 2 048 bits at least")
        return TransportKeyPair(RSAPrivateKey.generate(bitCount: bitCount))
    }

    /// Reads a private key in PKCS #8 DER.
    ///
    /// - Throws: ``CryptographyError/malformedKey``.
    public init(privateKey: SecretBytes) throws(CryptographyError) {
        key = try RSAPrivateKey(der: privateKey)
        guard key.publicKey.bitCount >= Self.bitCountMin else { throw .malformedKey }
    }

    private init(_ key: RSAPrivateKey) { self.key = key }

    public var publicKey: TransportPublicKey { TransportPublicKey(key.publicKey) }

    /// The private key in PKCS #8 DER, to be sealed before it is stored.
    public var privateKey: SecretBytes { key.der }

    /// Decrypts what was encrypted with the public half.
    ///
    /// - Throws: ``CryptographyError/cannotDecrypt``, without telling why.
    public func decrypt(_ ciphertext: [UInt8]) throws(CryptographyError) -> SecretBytes {
        try key.decrypt(ciphertext, .oaepSHA256)
    }
}
