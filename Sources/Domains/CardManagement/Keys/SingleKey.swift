public import CardCryptography
import GlobalPlatform

/// One key for PUT KEY, on its own: for DAP, tokens, receipts and the like.
public enum SingleKey: Hashable, Sendable {
    case aes(AESKey)
    case tripleDES(TripleDESKey)
    /// Modulus and public exponent, big-endian.
    case rsaPublic(modulus: [UInt8], exponent: [UInt8])
    /// An uncompressed point (`04 x y`) and the reference of its curve: `00` P-256, `01` P-384, `02` P-521.
    /// GPC Amendment E v1.0.1 Table 4-3.
    case ecPublic(point: [UInt8], curve: UInt8)
}

extension SingleKey {
    /// What a card needs to verify the signatures of this key's other half, or of the key itself.
    public init(_ key: VerificationKey) {
        switch key {
        case .rsa(let key): self = .rsaPublic(modulus: key.modulus, exponent: key.exponent)
        case .ec(let key): self = .ecPublic(point: key.uncompressedPoint, curve: key.curve.parameterReference)
        case .aes(let key): self = .aes(key)
        case .tripleDES(let key): self = .tripleDES(key)
        }
    }

    /// - Parameter encrypt: takes whole blocks of the DEK's cipher.
    /// - Returns: the field and the key check value that the card answers, empty for public keys.
    func field(
        blockLength: Int, encrypt: (SecretBytes) throws(CardManagementError) -> [UInt8]
    ) throws(CardManagementError) -> KeyDataField {
        switch self {
        case .aes(let key):
            return .aes(
                ciphertext: try encrypt(Self.padded(key.bytes, to: blockLength)), clearLength: key.bytes.count,
                keyCheckValue: key.keyCheckValue)
        case .tripleDES(let key):
            return KeyDataField(
                components: [.init(type: .des, data: try encrypt(Self.padded(key.bytes, to: blockLength)))],
                keyCheckValue: key.keyCheckValue)
        case .rsaPublic(let modulus, let exponent):
            return KeyDataField(
                components: [.init(type: .rsaModulus, data: modulus), .init(type: .rsaPublicExponent, data: exponent)],
                keyCheckValue: [])
        case .ecPublic(let point, let curve):
            return KeyDataField(
                components: [
                    .init(type: .eccPublicKey, data: point), .init(type: .eccParametersReference, data: [curve]),
                ], keyCheckValue: [])
        }
    }

    /// A 24-byte key is followed by zeros under AES, which the text leaves arbitrary.
    private static func padded(_ key: SecretBytes, to blockLength: Int) -> SecretBytes {
        let count = (blockLength - key.count % blockLength) % blockLength
        return key + SecretBytes(count: count) { _ in }
    }
}
