public import CardCryptography
public import EMV
public import ISO4217

/// The way to the card's issuer. An implementation sends a request once and says whether the issuer may have got it.
public protocol IssuerLeg: Sendable {
    func authorize(_ request: LegRequest) async -> LegAnswer
    /// - Returns: whether the issuer has accepted the reversal: what it names is undone, or will not be done.
    func reverse(_ reversal: LegReversal) async -> Bool
}

/// What an issuer is asked for. It prints as a card number does.
public struct LegRequest: Hashable, Sendable {
    public let numbers: LegNumbers
    public let terminal: PartyName
    public let merchantName: String
    public let amount: Money
    public let number: PrimaryAccountNumber
    public let sequenceNumber: Int
    public let track2: Track2EquivalentData?
    public let chipData: SecretBytes
}

/// What an issuer is to undo.
public struct LegReversal: Hashable, Sendable {
    public let original: LegNumbers
    public let numbers: LegNumbers
    /// Whether it has been sent before.
    public let isRepeat: Bool
    public let terminal: PartyName
    public let merchantName: String
    public let amount: Money
}

/// What an issuer answered, or did not.
public enum LegAnswer: Hashable, Sendable {
    /// - Parameters:
    ///   - code: ISO 8583 field 38.
    ///   - proof: EMV tag 91.
    case approved(code: String, proof: [UInt8]?)
    /// - Parameter code: ISO 8583 field 39.
    case declined(code: String, proof: [UInt8]?)
    /// The request has not left.
    case notSent(reason: String)
    /// The issuer may have done it.
    case unknown(reason: String)
}

extension IssuerPayment {
    func legRequest(_ request: IssuerPaymentRequest) -> LegRequest {
        LegRequest(
            numbers: self.request, terminal: terminal, merchantName: merchantName, amount: amount,
            number: request.number, sequenceNumber: request.sequenceNumber, track2: request.track2,
            chipData: request.chipData)
    }

    /// `nil` when none is due.
    var legReversal: LegReversal? {
        guard let reversal else { return nil }
        return LegReversal(
            original: request, numbers: reversal, isRepeat: reversalAttempts > 0, terminal: terminal,
            merchantName: merchantName, amount: amount)
    }
}
