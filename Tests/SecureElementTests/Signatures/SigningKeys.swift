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

    /// Those that a card stores.
    static let storable: [KeyKind] = [.aes128, .aes256, .tripleDES]

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
    /// Puts a key where PUT KEY would.
    mutating func plant(_ key: SignatureKey, _ version: KeyVersionNumber, in domain: AID) {
        let stored: StoredKey
        switch key {
        case .aes(let key): stored = StoredKey(version: version, identifier: .signature, type: .aes, bytes: key.bytes)
        case .tripleDES(let key):
            stored = StoredKey(version: version, identifier: .signature, type: .des, bytes: key.bytes)
        default: preconditionFailure("no such key can be stored yet")
        }
        element.memory.updateSecurityDomain(domain) { $0.put([stored], replacing: nil) }
    }
}
