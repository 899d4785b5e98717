import CardCryptography
import GlobalPlatform

extension SecurityDomain {
    /// The key that verifies tokens or load files, if the security domain has one of a kind that can.
    func verificationKey(_ version: KeyVersionNumber) -> VerificationKey? {
        signatureKey(version)?.verificationKey
    }

    /// The key that makes receipts, if the security domain has one of a kind that can.
    func signatureKey(_ version: KeyVersionNumber) -> SignatureKey? {
        guard let key = keys.first(where: { $0.version == version && $0.identifier == .signature }) else { return nil }
        switch key.type {
        case .aes: return (try? AESKey(key.bytes)).map(SignatureKey.aes)
        case .des: return (try? TripleDESKey(key.bytes)).map(SignatureKey.tripleDES)
        default: return nil
        }
    }
}
