/// The versions of the keys that sign and verify content, each with the identifier ``KeyIdentifier/signature``.
/// GPC v2.3.1 §11.8.2.1 and Amendment A.
extension KeyVersionNumber {
    /// Verifies tokens, in the Security Domain with Token Verification.
    public static let tokenVerification: KeyVersionNumber = 0x70
    /// Makes receipts, in the Security Domain with Receipt Generation.
    public static let receiptGeneration: KeyVersionNumber = 0x71
    /// Verifies Load File Data Block Signatures, in a Security Domain with DAP Verification.
    public static let dapVerification: KeyVersionNumber = 0x73
}

extension KeyIdentifier {
    /// The one key of ``KeyVersionNumber/tokenVerification`` and its siblings.
    public static let signature: KeyIdentifier = 0x01
}
