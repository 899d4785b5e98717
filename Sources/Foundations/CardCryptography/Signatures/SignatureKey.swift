/// A key that signs for cards and their owners: the other side of ``VerificationKey``.
public enum SignatureKey: Equatable, Sendable {
    case rsa(RSAPrivateKey)
    case ec(ECPrivateKey)
    case aes(AESKey)
    case tripleDES(TripleDESKey)

    /// What verifies this key's signatures; of a symmetric key, itself.
    public var verificationKey: VerificationKey {
        switch self {
        case .rsa(let key): .rsa(key.publicKey)
        case .ec(let key): .ec(key.publicKey)
        case .aes(let key): .aes(key)
        case .tripleDES(let key): .tripleDES(key)
        }
    }

    /// The signature over `message`, in the scheme of the kind of key (``VerificationKey``).
    public func signature(over message: [UInt8]) -> [UInt8] {
        switch self {
        case .rsa(let key): return key.signature(over: message)
        case .ec(let key): return key.signature(over: message)
        case .aes(let key):
            var cmac = AESCMAC(key: key)
            let tag = cmac.tag(of: message)
            return tag.indices.map { tag[$0] }
        case .tripleDES(let key): return TripleDES(key: key).retailMAC(message)
        }
    }

    /// Reads a private key in PEM, RSA or of a curve, that no passphrase protects.
    ///
    /// - Throws: ``CryptographyError/malformedKey``.
    public init(pem: SecretBytes) throws(CryptographyError) {
        if let key = try? RSAPrivateKey(pem: pem) {
            self = .rsa(key)
        } else {
            self = .ec(try ECPrivateKey(pem: pem))
        }
    }
}

extension SignatureKey: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .rsa(let key): "\(key)"
        case .ec(let key): "\(key)"
        case .aes(let key): "\(key)"
        case .tripleDES(let key): "\(key)"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension VerificationKey {
    /// Reads a SubjectPublicKeyInfo in PEM, RSA or of a curve.
    ///
    /// - Throws: ``CryptographyError/malformedKey``.
    public init(pem: String) throws(CryptographyError) {
        if let key = try? RSAPublicKey(pem: pem) {
            self = .rsa(key)
        } else {
            self = .ec(try ECPublicKey(pem: pem))
        }
    }
}
