/// Why an issuer does not let a transaction pass: field 39 of ISO 8583:1987.
public enum ActionCode: String, Hashable, Sendable, Codable, CaseIterable {
    case doNotHonour = "05"
    /// The account is kept in another currency.
    case invalidTransaction = "12"
    case invalidCardNumber = "14"
    case insufficientFunds = "51"
    case expiredCard = "54"
    /// The card is not bound to this secure element.
    case notPermitted = "57"
    case restrictedCard = "62"
    /// A counter that does not rise, or a wrong cryptogram.
    case securityViolation = "63"
}

/// What an issuer answers a transaction with; the answer to a transaction never changes.
public enum AuthorizationAnswer: Hashable, Sendable, Codable {
    /// With a code of six digits (ISO 8583 field 38).
    case approved(code: String)
    case declined(ActionCode)
}
