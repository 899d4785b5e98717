import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel

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
    /// PUT KEY of a key with one of the versions that sign: its public half where it has two, or the private one.
    mutating func put(
        _ key: SignatureKey, _ version: KeyVersionNumber, in domain: AID, keys: SCP03KeySet = Self.centralKeys,
        asPrivate isPrivate: Bool = false
    ) throws {
        var session = try AnySession(domain, &self, keys: .scp03(keys))
        let field = isPrivate ? session.privateField(key) : session.publicField(key)
        let command = PutKeyCommand(
            replacing: nil, newVersion: version, firstIdentifier: .signature, keys: [field])
        try expectSuccess([session.send(command.command, &self).statusWord])
    }
}

extension AnySession {
    /// What PUT KEY brings to verify with.
    func publicField(_ key: SignatureKey) -> KeyDataField {
        switch key {
        case .rsa(let key):
            KeyDataField(
                components: [
                    .init(type: .rsaModulus, data: key.publicKey.modulus),
                    .init(type: .rsaPublicExponent, data: key.publicKey.exponent),
                ], keyCheckValue: [])
        case .ec(let key):
            KeyDataField(
                components: [
                    .init(type: .eccPublicKey, data: key.publicKey.uncompressedPoint),
                    .init(type: .eccParametersReference, data: [key.curve.parameterReference]),
                ], keyCheckValue: [])
        case .aes, .tripleDES: privateField(key)
        }
    }

    /// What PUT KEY brings to sign with.
    func privateField(_ key: SignatureKey) -> KeyDataField {
        switch key {
        case .rsa(let key):
            KeyDataField(
                components: [
                    component(.rsaPrivateModulus, SecretBytes(key.publicKey.modulus)),
                    component(.rsaPrivateExponent, key.privateExponent),
                ], keyCheckValue: [])
        case .ec(let key):
            KeyDataField(
                components: [
                    component(.eccPrivateKey, key.scalar),
                    .init(type: .eccParametersReference, data: [key.curve.parameterReference]),
                ], keyCheckValue: [])
        case .aes(let key): field(.aes(key))
        case .tripleDES(let key): field(.tripleDES(key))
        }
    }
}
