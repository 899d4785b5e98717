/// A key that signatures of cards and their owners are verified with: tokens, receipts, DAPs.
///
/// The kind of key decides the scheme. GPC v2.3.1 §§C.3, C.4, C.5.
public enum VerificationKey: Hashable, Sendable {
    /// RSASSA-PKCS1-v1_5 with SHA-1 for 1 024 bits, RSASSA-PSS with SHA-256 for more. §B.3.
    case rsa(RSAPublicKey)
    /// ECDSA with the hash of the curve's length; r and s side by side. §B.4.3.
    case ec(ECPublicKey)
    /// CMAC of 16 bytes. §B.2.2.
    case aes(AESKey)
    /// Single DES plus final Triple DES MAC of 8 bytes. §B.1.2.2.
    case tripleDES(TripleDESKey)

    /// Bytes of a signature.
    public var signatureLength: Int {
        switch self {
        case .rsa(let key): key.blockLength
        case .ec(let key): key.curve.signatureLength
        case .aes: 16
        case .tripleDES: TripleDES.blockLength
        }
    }

    /// Whether `signature` is this key's over `message`; symmetric ones are compared in constant time.
    public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        switch self {
        case .rsa(let key): key.isValid(signature, over: message)
        case .ec(let key): key.isValid(signature, over: message)
        case .aes(let key): constantTimeEqual(signature, SignatureKey.aes(key).signature(over: message))
        case .tripleDES(let key): constantTimeEqual(signature, SignatureKey.tripleDES(key).signature(over: message))
        }
    }
}

extension VerificationKey: CustomStringConvertible, CustomReflectable {
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
