/// What an acquirer is told. A payment that is refused here is refused in one way whatever the reason: the reason stands
/// in the audit trail.
public enum PaymentAnswer: Hashable, Sendable, Codable {
    /// With the issuer's authorization code (ISO 8583 field 38).
    case approved(code: String)
    /// With the action code of ISO 8583 field 39.
    case declined(actionCode: String)

    init(_ outcome: PaymentRecord.Outcome) {
        switch outcome {
        case .approved(let code): self = .approved(code: code)
        case .declined(let actionCode): self = .declined(actionCode: actionCode)
        }
    }
}

/// Why the token service does not let a payment through to the issuer; for the audit trail only.
enum PaymentRefusal: String, Error, Equatable, Sendable {
    case unknownToken = "no such token"
    case tokenNotActive = "the token is not active"
    case credentialNotActive = "the credential is not active"
    case cardNotActive = "the card is not active"
    case wrongFunction = "the token is for another function"
    case wrongSequenceNumber = "the sequence number is not the token's"
    case wrongExpiry = "the expiry is not the token's"
    case expired = "the token has expired"
    case counterNotAbove = "the counter is not above the last one"
    case notOnline = "the card did not ask for an authorization"
    case wrongAmount = "the amount is not the one under the cryptogram"
    case wrongCurrency = "the currency is not the one under the cryptogram"
    case noTime = "the code does not say when it was shown"
    case wrongTime = "the time of the code is not the one under the cryptogram"
    case stale = "the code is too old"
    case early = "the code is from the future"
    case wrongCryptogram = "the cryptogram is not the secure element's"

    /// Do not honour (ISO 8583 field 39).
    static let actionCode = "05"
}
