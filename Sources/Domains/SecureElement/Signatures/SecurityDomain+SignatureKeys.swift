import CardCryptography
import GlobalPlatform

extension SecurityDomain {
    /// The key that verifies tokens or load files, if the security domain has one of a kind that can.
    func verificationKey(_ version: KeyVersionNumber) -> VerificationKey? {
        signatureKeyEntry(version)?.verificationKey
    }

    /// The key that makes receipts, if the security domain has one of a kind that can.
    func signatureKey(_ version: KeyVersionNumber) -> SignatureKey? { signatureKeyEntry(version)?.signatureKey }

    private func signatureKeyEntry(_ version: KeyVersionNumber) -> StoredKey? {
        keys.first { $0.version == version && $0.identifier == .signature }
    }
}
