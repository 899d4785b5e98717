public import CardCryptography
public import Payments
public import SmartCardVerification

extension PaymentVault: SmartCardKeys {
    /// There is one master key so far.
    private static let cardKeyVersion = 1

    public func currentCardKeyVersion() throws(PaymentsError) -> Int { Self.cardKeyVersion }

    public func expectedResponse(
        of card: SmartCardIdentification, to challenge: SmartCardChallenge, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardResponse {
        try cardKey(of: card, keyVersion).response(of: card, to: challenge)
    }

    public func decrypt(
        _ file: EncryptedCardData, of card: SmartCardIdentification, keyVersion: Int
    ) throws(PaymentsError) -> SecretBytes? {
        try cardKey(of: card, keyVersion).decrypt(file, of: card)
    }

    public func personalization(
        of card: SmartCardIdentification, data: SecretBytes, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardPersonalization {
        let key = try cardKey(of: card, keyVersion)
        do {
            return SmartCardPersonalization(
                identification: card, key: key, dataFile: try key.encrypt(data, for: card))
        } catch {
            throw .invalid(field: "data", reason: error.description)
        }
    }

    private func cardKey(
        of card: SmartCardIdentification, _ version: Int
    ) throws(PaymentsError) -> SmartCardKey {
        guard version == Self.cardKeyVersion else {
            throw .internal(reason: "there is no master key \(version) of smart cards")
        }
        let master = try open(file.contents.smartCardMasterKey)
        do { return try SmartCardKey(master: master, card: card) } catch { throw .internal(reason: "\(error)") }
    }
}
