public import SmartCardVerification

/// What is read of smart cards.
public protocol SmartCardStore: Sendable {
    func smartCard(_ card: SmartCardIdentification) async throws(PaymentStoreError) -> SmartCard?
    func smartCards(of account: AccountID) async throws(PaymentStoreError) -> [SmartCard]
    func cardData(
        of account: AccountID, card: SmartCardIdentification
    ) async throws(PaymentStoreError) -> AccountCardData?
    /// At most ``CardChallenge/placesMax``.
    func cardChallenges(of terminal: PartyName) async throws(PaymentStoreError) -> [CardChallenge]
    func cardFailures(
        of card: SmartCardIdentification, at terminal: PartyName
    ) async throws(PaymentStoreError) -> CardFailures?
    func cardPayment(
        terminal: PartyName, transaction: String
    ) async throws(PaymentStoreError) -> CardPayment?
}
