public import CardCryptography
public import SmartCardVerification

/// The keys of smart cards. They follow from a master key in the vault and are made there, used there and gone.
public protocol SmartCardKeys: Sendable {
    /// Which master key new cards' keys follow from.
    func currentCardKeyVersion() throws(PaymentsError) -> Int

    /// What a card answers to a challenge.
    func expectedResponse(
        of card: SmartCardIdentification, to challenge: SmartCardChallenge, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardResponse

    /// A card's data in clear; `nil` for data that was not enciphered with its key, or was altered.
    func decrypt(
        _ file: EncryptedCardData, of card: SmartCardIdentification, keyVersion: Int
    ) throws(PaymentsError) -> SecretBytes?

    /// What makes an instance of the application this card. It goes into a secure channel with the card and nowhere else.
    func personalization(
        of card: SmartCardIdentification, data: SecretBytes, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardPersonalization
}
