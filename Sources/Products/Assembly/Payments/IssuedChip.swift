public import CardCryptography
public import EMV
public import Issuing

/// A card as its issuer hands it to a personalizer.
public struct IssuedChip: Sendable {
    public let reference: CardAccountReference
    public let personalization: PaymentPersonalization

    public init(reference: CardAccountReference, personalization: PaymentPersonalization) {
        self.reference = reference
        self.personalization = personalization
    }
}

extension PaymentPersonalization {
    /// An application of the M/Chip style with the card's own key: an issuer gives no master key away.
    ///
    /// - Parameter cardKey: as the issuer wraps it for a personalizer.
    public static func issued(_ account: PaymentAccount, cardKey: TripleDESKey) throws -> PaymentPersonalization {
        let style = try generateCryptogram(account, masterKey: .init(key: cardKey))
        return try PaymentPersonalization(
            selectionData: style.selectionData, interchangeProfile: style.interchangeProfile,
            fileLocator: style.fileLocator, records: style.records,
            cryptogram: style.cryptogram.map { .init(key: cardKey, issuerData: $0.issuerData) },
            internalObjects: style.internalObjects)
    }
}
