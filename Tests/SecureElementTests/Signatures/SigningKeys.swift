import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816

@testable import SecureElement

/// The kinds of key that sign tokens, receipts and load files, one key of each.
enum KeyKind: String, CaseIterable, Sendable, CustomStringConvertible {
    case rsa1024 = "RSA-1024"
    case rsa2048 = "RSA-2048"
    case rsa3072 = "RSA-3072"
    case p256 = "P-256"
    case p384 = "P-384"
    case aes128 = "AES-128"
    case aes256 = "AES-256"
    case tripleDES = "3DES"

    var description: String { rawValue }

    /// The one with which every rule is tested.
    static let usual = KeyKind.aes128

    var key: SignatureKey {
        do {
            switch self {
            case .aes128: return .aes(try AESKey([UInt8](0xA0..<0xB0)))
            case .aes256: return .aes(try AESKey([UInt8](0xA0..<0xC0)))
            case .tripleDES: return .tripleDES(try TripleDESKey([UInt8](0xD0..<0xE0)))
            default: return try SignatureVectors[rawValue].signatureKey
            }
        } catch {
            preconditionFailure("the test keys are keys: \(error)")
        }
    }
}

extension TestCard {
    /// Puts a key where PUT KEY would: the public half, where there are two, or both.
    mutating func plant(
        _ key: SignatureKey, _ version: KeyVersionNumber, in domain: AID, asPrivate isPrivate: Bool = false
    ) {
        let stored = StoredKey(
            version: version, identifier: .signature, components: isPrivate ? key.privateComponents : key.components)
        element.memory.updateSecurityDomain(domain) { $0.put([stored], replacing: nil) }
    }
}

extension SignatureKey {
    /// What PUT KEY brings to verify with.
    var components: [StoredKey.Component] {
        switch self {
        case .rsa(let key):
            [
                .init(type: .rsaModulus, value: SecretBytes(key.publicKey.modulus)),
                .init(type: .rsaPublicExponent, value: SecretBytes(key.publicKey.exponent)),
            ]
        case .ec(let key):
            [
                .init(type: .eccPublicKey, value: SecretBytes(key.publicKey.uncompressedPoint)),
                .init(type: .eccParametersReference, value: SecretBytes([key.curve.parameterReference])),
            ]
        case .aes, .tripleDES: privateComponents
        }
    }

    /// What PUT KEY brings to sign with.
    var privateComponents: [StoredKey.Component] {
        switch self {
        case .rsa(let key):
            [
                .init(type: .rsaPrivateModulus, value: SecretBytes(key.publicKey.modulus)),
                .init(type: .rsaPrivateExponent, value: key.privateExponent),
            ]
        case .ec(let key):
            [
                .init(type: .eccPrivateKey, value: key.scalar),
                .init(type: .eccParametersReference, value: SecretBytes([key.curve.parameterReference])),
            ]
        case .aes(let key): [.init(type: .aes, value: key.bytes)]
        case .tripleDES(let key): [.init(type: .des, value: key.bytes)]
        }
    }
}
