public import CardCryptography
public import EMV
public import ISO4217

/// The way to the card's issuer. An implementation sends a request once and says whether the issuer may have got it.
public protocol IssuerLeg: Sendable {
    func authorize(_ request: LegRequest) async -> LegAnswer
    /// - Returns: whether the issuer has accepted the reversal: what it names is undone, or will not be done.
    func reverse(_ reversal: LegReversal) async -> Bool
    func state() async -> LegState
}

/// How the way to an issuer is. Moments are seconds since 1970; `nil` for what has not happened since the start.
public struct LegState: Hashable, Sendable {
    /// Since when requests can be sent; `nil` while they cannot.
    public var upSince: Int64?
    public var isEncrypted: Bool
    /// When the issuer last said that it is there, asked for that alone.
    public var lastEchoAt: Int64?
    /// When the issuer last said anything.
    public var lastHeardAt: Int64?
    /// Requests that wait for their answers.
    public var waiting: Int

    public init(
        upSince: Int64?, isEncrypted: Bool = false, lastEchoAt: Int64? = nil, lastHeardAt: Int64? = nil,
        waiting: Int = 0
    ) {
        self.upSince = upSince
        self.isEncrypted = isEncrypted
        self.lastEchoAt = lastEchoAt
        self.lastHeardAt = lastHeardAt
        self.waiting = waiting
    }
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
