public import CardCryptography
public import EMV

/// The keys that tokens are verified with. Master keys stay inside; what a secure element is personalized with comes out.
public protocol TokenKeys: Sendable {
    /// MK_U: the key of a universal instance, 16 bytes (DGI 8000).
    func instanceKey(
        on secureElement: SecureElementName, type: UniversalCardType
    ) async throws(WalletVaultError) -> SecretBytes

    /// What a card record adds to its instance's key, 16 bytes (tag C2).
    func keyShare(of credential: CredentialID) async throws(WalletVaultError) -> SecretBytes

    /// Whether a secure element has made this cryptogram with this token; compares in constant time.
    func isCryptogram(
        _ cryptogram: [UInt8], over input: CryptogramInput, by key: TokenKeyName
    ) async throws(WalletVaultError) -> Bool
}

/// Which key a token's cryptograms are made with.
public struct TokenKeyName: Sendable {
    public var number: TokenNumber
    public var sequenceNumber: UInt8
    public var secureElement: SecureElementName
    public var type: UniversalCardType
    /// Where the card record has a key share of its own (UPD).
    public var share: CredentialID?

    public init(
        number: TokenNumber, sequenceNumber: UInt8, secureElement: SecureElementName, type: UniversalCardType,
        share: CredentialID?
    ) {
        self.number = number
        self.sequenceNumber = sequenceNumber
        self.secureElement = secureElement
        self.type = type
        self.share = share
    }
}
