public import CardCryptography
public import EMV

/// The issuers that a wallet works with.
public struct IssuerDirectory: Sendable {
    public let issuers: [RegisteredIssuer]

    /// - Precondition: no two have one name.
    public init(_ issuers: [RegisteredIssuer]) {
        precondition(Set(issuers.map(\.name)).count == issuers.count, "an issuer stands in the directory once")
        self.issuers = issuers
    }

    /// The issuer of a card, by the longest prefix of its number (PHOTO-04).
    public func issuer(of number: PrimaryAccountNumber) -> RegisteredIssuer? {
        let candidates = issuers.flatMap { issuer in
            issuer.prefixes.filter { number.hasPrefix($0) }.map { (issuer, $0.count) }
        }
        return candidates.max { $0.1 < $1.1 }?.0
    }

    public subscript(name: IssuerName) -> RegisteredIssuer? { issuers.first { $0.name == name } }
}

/// One issuer, and what has been agreed with it.
public struct RegisteredIssuer: Sendable {
    public var name: IssuerName
    /// First digits of its cards' numbers.
    public var prefixes: [String]
    /// What its cards may be used for.
    public var functions: Set<PaymentFunction>
    /// How its cards lie in secure elements.
    public var mode: Credential.Mode
    public var connection: any IssuerConnection
    /// What its binding confirmations are verified with, by name.
    public var keys: [String: ECPublicKey]

    /// What can be activated: a payment application of its own pays at terminals and nowhere else.
    public var activatableFunctions: Set<PaymentFunction> {
        mode == .dedicated ? functions.intersection([.nfc]) : functions
    }

    public init(
        name: IssuerName, prefixes: [String], functions: Set<PaymentFunction> = Set(PaymentFunction.allCases),
        mode: Credential.Mode = .universalData, connection: any IssuerConnection, keys: [String: ECPublicKey]
    ) {
        self.name = name
        self.prefixes = prefixes
        self.functions = functions
        self.mode = mode
        self.connection = connection
        self.keys = keys
    }
}
