public import CardCryptography
public import EMV

/// The issuer's keys: they stay behind the port; what they do comes out.
///
/// No call waits for anything but the computation: they are made inside a transaction of the store.
public protocol IssuerKeys: Sendable {
    // MARK: Data at rest

    /// Encrypts for storage; `context` says what it belongs to and is authenticated.
    func seal(_ plaintext: SecretBytes, context: String) throws(IssuingError) -> [UInt8]
    func unseal(_ sealed: [UInt8], context: String) throws(IssuingError) -> SecretBytes

    /// A keyed digest, 32 bytes: equal for equal bytes and purposes, and saying nothing else.
    func tag(of bytes: SecretBytes, purpose: String) throws(IssuingError) -> [UInt8]

    // MARK: Statements

    /// Signs a statement in the issuer's name, in compact form.
    func sign(_ payload: [UInt8], type: String) throws(IssuingError) -> String

    /// Whose signature it is that ``sign(_:type:)`` makes.
    func signingKey() throws(IssuingError) -> ECPublicKey

    // MARK: Encrypted messages

    /// What wallets encrypt to, and the name that it is published under: another key than the one that signs.
    func encryptionKey() throws(IssuingError) -> (name: String, key: ECPublicKey)

    /// What somebody has encrypted to ``encryptionKey()`` as a message of `type`; `nil` for anything else.
    func decrypt(_ compact: String, type: String) throws(IssuingError) -> SecretBytes?

    // MARK: Chips, under the issuer's master key (EMV Book 2, Annex A1.4, option A)

    /// Whether the card with this number and sequence number made the cryptogram.
    func isValid(_ cryptogram: [UInt8], over input: CryptogramInput, of chip: ChipName) throws(IssuingError) -> Bool

    /// EMV tag 91: the proof that the issuer answered this very cryptogram.
    func issuerAuthenticationData(
        for cryptogram: [UInt8], over input: CryptogramInput, of chip: ChipName, isApproved: Bool
    ) throws(IssuingError) -> [UInt8]

    /// The key of one card, for its personalization: encrypted with a personalizer's transport key.
    ///
    /// - Throws: ``IssuingError/invalid(field:reason:)`` for what is no transport key.
    func cardKey(of chip: ChipName, underTransportKey pem: String) throws(IssuingError) -> WrappedCardKey
}

/// What the key of a card is derived from. It prints as a card number does.
public struct ChipName: Hashable, Sendable {
    public var number: PrimaryAccountNumber
    /// Tag 5F34, 0 to 99.
    public var sequenceNumber: UInt8

    public init(number: PrimaryAccountNumber, sequenceNumber: UInt8) {
        self.number = number
        self.sequenceNumber = sequenceNumber
    }
}

/// A card's key on its way to whoever personalizes the card.
public struct WrappedCardKey: Hashable, Sendable, Codable {
    /// Encrypted with RSA OAEP, SHA-256.
    public var wrappedKey: [UInt8]
    /// The first three bytes of a block of zeros, enciphered.
    public var keyCheckValue: [UInt8]

    public init(wrappedKey: [UInt8], keyCheckValue: [UInt8]) {
        self.wrappedKey = wrappedKey
        self.keyCheckValue = keyCheckValue
    }
}
