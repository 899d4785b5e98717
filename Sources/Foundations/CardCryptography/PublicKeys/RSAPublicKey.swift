import COpenSSL

/// The public half of an RSA key of 1 024 to 4 096 bits: verifies and encrypts.
public struct RSAPublicKey: Sendable {
    /// Big-endian, without leading zeros.
    public let modulus: [UInt8]
    /// Big-endian, without leading zeros.
    public let exponent: [UInt8]
    let key: AsymmetricKey

    /// The lengths of the modulus that are accepted, in bits. GPC v2.3.1 §B.3.
    public static let bitCounts = 1024...4096

    /// A key made of its two numbers, big-endian; leading zeros are allowed.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for a modulus of another length, an even number, or an exponent
    ///   below 3 or above 64 bits.
    public init(modulus: some Collection<UInt8>, exponent: some Collection<UInt8>) throws(CryptographyError) {
        let components = KeyComponents()
        components.add(OSSL_PKEY_PARAM_RSA_N, number: Array(modulus))
        components.add(OSSL_PKEY_PARAM_RSA_E, number: Array(exponent))
        try self.init(AsymmetricKey.assemble(.rsa, isPrivate: false, components))
    }

    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a key that is not RSA.
    public init(pem: String) throws(CryptographyError) { try self.init(AsymmetricKey(publicPEM: pem, is: .rsa)) }

    init(_ key: AsymmetricKey) throws(CryptographyError) {
        self.key = key
        modulus = key.number(OSSL_PKEY_PARAM_RSA_N)
        exponent = key.number(OSSL_PKEY_PARAM_RSA_E)
        guard Self.bitCounts.contains(key.bitCount), let last = modulus.last, last & 1 == 1 else { throw .malformedKey }
        guard (1...8).contains(exponent.count), exponent != [1], let last = exponent.last, last & 1 == 1 else {
            throw .malformedKey
        }
    }

    /// The length of the modulus in bits.
    public var bitCount: Int { key.bitCount }

    /// The length of a signature or ciphertext in bytes.
    public var blockLength: Int { (key.bitCount + 7) / 8 }

    /// The key as a SubjectPublicKeyInfo in PEM.
    public var pem: String { key.publicPEM }

    /// Whether `signature` was made by the private half over `message`, with the scheme of this length of key.
    public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard signature.count == blockLength else { return false }
        return RSASignatureScheme.accepted(bitCount: bitCount).contains { scheme in
            key.verify(signature, over: message, scheme.digest, scheme.configure)
        }
    }

    /// The longest message that ``encrypt(_:_:)`` takes with this padding.
    public func messageLengthMax(_ padding: RSAEncryptionPadding) -> Int { blockLength - padding.overhead }

    /// Encrypts a short secret.
    ///
    /// - Throws: ``CryptographyError/messageTooLong(count:max:)``.
    public func encrypt(
        _ message: SecretBytes, _ padding: RSAEncryptionPadding
    ) throws(CryptographyError) -> [UInt8] {
        let max = messageLengthMax(padding)
        guard message.count <= max else { throw .messageTooLong(count: message.count, max: max) }
        return key.encrypt(message, padding.configure)
    }
}

extension RSAPublicKey: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.modulus == right.modulus && left.exponent == right.exponent
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(modulus)
        hasher.combine(exponent)
    }
}

extension RSAPublicKey: CustomStringConvertible {
    public var description: String { "RSA-\(bitCount) public key" }
}
