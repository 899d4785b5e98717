public import CardCryptography
public import ISO4217
public import Instructions
public import JOSE

/// The key with which a device speaks for one account at a payment server. It signs what its owner has confirmed.
public struct PayerKey: Sendable {
    /// The account, `acc_…`.
    public let account: String
    /// The payment server's name.
    public let server: String
    private let key: NamedPrivateKey

    public init(account: String, server: String, key: NamedPrivateKey) {
        self.account = account
        self.server = server
        self.key = key
    }

    /// SHA-256 in base64url, as ``PayerConfirmation/digest`` has it.
    public static func digest(of shown: [UInt8]) -> String { Base64URL.encode(Digest.hash(shown)) }

    /// The owner's word in compact form: `shown` was seen, and is to be paid.
    ///
    /// - Parameters:
    ///   - shown: the instruction of an order in compact form, or the list of a bill.
    ///   - now: seconds since 1970.
    /// - Throws: ``JSONWebSignatureError/unsuitableKey`` for a key that is not on P-256.
    public func confirmation(
        of subject: PayerConfirmation.Subject, _ reference: String, shown: [UInt8], total: Money, userVerified: Bool,
        at now: Int64, random: any RandomSource
    ) throws -> String {
        try PayerConfirmation(
            iss: account, aud: server, jti: Base64URL.encode(random.bytes(16)), iat: now,
            exp: now + PayerConfirmation.lifetimeSecondsMax, subject: subject, reference: reference,
            digest: Self.digest(of: shown), amount: total.minorUnits, currency: total.currency,
            userVerified: userVerified
        ).signed(with: key)
    }
}
