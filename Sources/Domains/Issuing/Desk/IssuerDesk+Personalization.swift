import CardCryptography
public import EMV
import ISO7816

/// What a personalizer needs of a card beside its number.
public struct ChipPersonalization: Hashable, Sendable, Codable {
    public var card: CardAccountReference
    public var expiry: CardExpiry
    /// Tag 5F34.
    public var sequenceNumber: Int
    public var cardKey: WrappedCardKey
}

extension IssuerDesk {
    /// The key that the chip of a card makes its cryptograms with, encrypted for whoever personalizes it.
    public func personalization(
        of reference: CardAccountReference, transportKey: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> ChipPersonalization {
        try await issuer.once(requester, "card.personalize", fields: [reference.rawValue, transportKey]) {
            records, _ throws(IssuingError) in
            guard let card = try records.card(reference) else {
                throw .notFound(field: "card", reason: "no such card")
            }
            let key = try issuer.keys.cardKey(of: try chip(of: card), underTransportKey: transportKey)
            return CardIssuer.Done(
                ChipPersonalization(
                    card: reference, expiry: card.expiry, sequenceNumber: card.sequenceNumber, cardKey: key),
                card: reference, detail: "KCV \(key.keyCheckValue.hex)")
        }
    }

    private func chip(of card: CardAccount) throws(IssuingError) -> ChipName {
        let digits = try issuer.keys.unseal(card.sealedNumber, context: "card/\(card.reference)").revealed()
        do {
            return ChipName(
                number: try PrimaryAccountNumber(String(decoding: digits, as: UTF8.self)),
                sequenceNumber: UInt8(clamping: card.sequenceNumber))
        } catch {
            throw .internal(reason: "the number of \(card.reference): \(error)")
        }
    }
}
