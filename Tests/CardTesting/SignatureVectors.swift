public import CardCryptography
import ISO7816

/// The keys of `Vectors/CardCryptography/signatures.json`, read once: RSA keys are slow to make.
public struct SignatureVectors: Decodable, Sendable {
    /// Hex.
    public let message: String
    public let keys: [Key]

    /// One key with a signature over ``SignatureVectors/message`` that the openssl program made.
    public struct Key: Decodable, Sendable, CustomStringConvertible {
        public let name: String
        /// Hex of PKCS #8.
        public let privateKeyDER: String
        public let publicKeyPEM: String
        /// Hex; DER for a curve.
        public let signature: String

        public var description: String { name }

        /// The key, to sign with.
        public var signatureKey: SignatureKey {
            get throws {
                let der = SecretBytes(try [UInt8](hex: privateKeyDER))
                return name.hasPrefix("RSA")
                    ? .rsa(try RSAPrivateKey(der: der)) : .ec(try ECPrivateKey(der: der))
            }
        }
    }

    /// The file.
    public static let file: SignatureVectors = {
        do { return try Vectors.load("CardCryptography/signatures.json") } catch {
            preconditionFailure("signatures.json cannot be read: \(error)")
        }
    }()

    /// The key with this name: `RSA-1024`, `P-256` …
    public static subscript(name: String) -> Key {
        guard let key = file.keys.first(where: { $0.name == name }) else {
            preconditionFailure("signatures.json has no key \(name)")
        }
        return key
    }
}
