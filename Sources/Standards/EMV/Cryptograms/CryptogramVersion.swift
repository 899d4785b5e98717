public import CardCryptography

/// The Cryptogram Version Number: which key, which data and which padding make an application's cryptograms.
/// The raw value is the byte that stands in 9F10.
public enum CryptogramVersion: UInt8, CaseIterable, Sendable {
    /// Visa CVN 10: the card key itself, zero padding.
    case visa10 = 0x0A
    /// Visa CVN 18: common session key, the whole 9F10.
    case visa18 = 0x12
    /// Visa CVN '22': as 18, with an issuer application data of format 2.
    case visa22 = 0x22
    /// M/Chip CVN 16: Mastercard's session key.
    case mastercard16 = 0x10
    /// M/Chip CVN 17: as 16, with the counters of 9F10.
    case mastercard17 = 0x11
    /// M/Chip CVN 20: common session key.
    case mastercard20 = 0x14
    /// M/Chip CVN 21: as 20, with the counters of 9F10.
    case mastercard21 = 0x15
    /// PBOC and UICS CVN 01: their session key.
    case uics01 = 0x01

    /// The key that the cryptogram of this transaction is made with.
    public func sessionKey(
        card: TripleDESKey, transactionCounter: UInt16, unpredictableNumber: [UInt8]
    ) -> TripleDESKey {
        switch self {
        case .visa10: card
        case .visa18, .visa22, .mastercard20, .mastercard21:
            SessionKey.common(card: card, transactionCounter: transactionCounter)
        case .mastercard16, .mastercard17:
            SessionKey.mastercard(
                card: card, transactionCounter: transactionCounter, unpredictableNumber: unpredictableNumber)
        case .uics01: SessionKey.uics(card: card, transactionCounter: transactionCounter)
        }
    }

    /// The key that the issuer's answer is made with: Mastercard's older versions use the card key.
    public func responseKey(card: TripleDESKey, transactionCounter: UInt16) -> TripleDESKey {
        switch self {
        case .visa10, .mastercard16, .mastercard17: card
        case .visa18, .visa22, .mastercard20, .mastercard21:
            SessionKey.common(card: card, transactionCounter: transactionCounter)
        case .uics01: SessionKey.uics(card: card, transactionCounter: transactionCounter)
        }
    }

    /// What of the issuer application data is part of the cryptogram.
    enum IssuerDataShare { case wholeObject, verificationResults, verificationResultsAndCounters }

    var issuerDataShare: IssuerDataShare {
        switch self {
        case .visa18, .visa22: .wholeObject
        case .visa10, .mastercard16, .mastercard20, .uics01: .verificationResults
        case .mastercard17, .mastercard21: .verificationResultsAndCounters
        }
    }

    var hasZeroPadding: Bool { self == .visa10 }
}
