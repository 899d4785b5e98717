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

    /// The owner's word in compact form: what was shown was seen, and is to be paid.
    ///
    /// - Parameters:
    ///   - reference: the order's or the bill's name.
    ///   - digest: SHA-256 in base64url of what was shown.
    ///   - name: `jti` of the word: the challenge, where there is one.
    ///   - now: seconds since 1970.
    /// - Throws: ``JSONWebSignatureError/unsuitableKey`` for a key that is not on P-256.
    public func confirmation(
        of subject: PayerConfirmation.Subject, _ reference: String, digest: String, named name: String, total: Money,
        userVerified: Bool, at now: Int64
    ) throws -> String {
        try PayerConfirmation(
            iss: account, aud: server, jti: name, iat: now, exp: now + PayerConfirmation.lifetimeSecondsMax,
            subject: subject, reference: reference, digest: digest, amount: total.minorUnits,
            currency: total.currency, userVerified: userVerified
        ).signed(with: key)
    }
}
