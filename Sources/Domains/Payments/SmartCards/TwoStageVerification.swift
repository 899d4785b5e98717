import CardCryptography
import SmartCardVerification

/// The two verifications of a card, in their order: the second takes what only the first gives.
struct TwoStageVerification {
    let keys: any SmartCardKeys
    let trace: any VerificationTrace
    let card: SmartCardIdentification
    let keyVersion: Int

    /// The first verification has passed: the card has its key.
    struct Possession {
        fileprivate let verification: TwoStageVerification

        fileprivate init(_ verification: TwoStageVerification) { self.verification = verification }
    }

    /// Whether the card has the key that is stored for it; `nil` when it does not.
    func possession(
        provenBy response: SmartCardResponse, to challenge: SmartCardChallenge
    ) throws(PaymentsError) -> Possession? {
        let expected = try keys.expectedResponse(of: card, to: challenge, keyVersion: keyVersion)
        // Responses compare in constant time.
        let passed = response == expected
        trace.record(.first(card, passed: passed))
        return passed ? Possession(self) : nil
    }
}

extension TwoStageVerification.Possession {
    /// Whether the card's encrypted data is what is stored for the account.
    func hasData(_ file: EncryptedCardData, equalTo stored: SecretBytes) throws(PaymentsError) -> Bool {
        let data = try verification.keys.decrypt(
            file, of: verification.card, keyVersion: verification.keyVersion)
        // Secrets compare in constant time.
        let passed = data == stored
        verification.trace.record(.second(verification.card, passed: passed))
        return passed
    }
}
