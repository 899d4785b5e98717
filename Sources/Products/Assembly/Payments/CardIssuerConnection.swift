public import ISO8583Link
public import Payments

/// A payment server's way to the issuer of cards.
public struct CardIssuerConnection: Sendable {
    public var line: IssuerLineConfiguration
    /// Field 32, one to eleven digits: whom the issuer knows the payment server as.
    public var institution: String
    /// The account of what the issuer owes.
    public var settlement: AccountID

    public init(line: IssuerLineConfiguration, institution: String, settlement: AccountID) {
        self.line = line
        self.institution = institution
        self.settlement = settlement
    }
}
