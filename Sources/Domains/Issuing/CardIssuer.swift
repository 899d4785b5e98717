public import CardCryptography
import ISO7816

/// A reference issuer: it knows its cardholders, recognizes them, binds their cards, and says yes or no to payments.
///
/// What wallets ask it stands in the extensions; what its operator does, at ``IssuerDesk``. Each request is one
/// transaction of the store, its answer included.
public struct CardIssuer: Sendable {
    public let profile: IssuerProfile
    public let policy: RiskPolicy
    let store: any IssuerStore
    let keys: any IssuerKeys
    let sender: any OneTimePasswordSender
    let clock: any IssuerClock
    let random: any RandomSource

    public init(
        profile: IssuerProfile, policy: RiskPolicy = .standard, store: any IssuerStore, keys: any IssuerKeys,
        sender: any OneTimePasswordSender, clock: any IssuerClock, random: any RandomSource = SystemRandomSource()
    ) {
        self.profile = profile
        self.policy = policy
        self.store = store
        self.keys = keys
        self.sender = sender
        self.clock = clock
        self.random = random
    }

    /// The public key that confirmations are verified with, in PEM; its name is the issuer's.
    public func publicKey() throws(IssuingError) -> String { try keys.signingKey().pem }

    /// What verifications are encrypted to, in PEM, and its name.
    public func encryptionKey() throws(IssuingError) -> (name: String, publicKey: String) {
        let (name, key) = try keys.encryptionKey()
        return (name, key.pem)
    }

    /// What a wallet has encrypted to this issuer as a message of `type`; `field` is where it stands in the request.
    ///
    /// - Throws: ``IssuingError/invalid(field:reason:)`` for anything else; why it does not open is not said.
    public func opened(_ compact: String, type: String, field: String) throws(IssuingError) -> SecretBytes {
        guard let payload = try keys.decrypt(compact, type: type) else {
            throw .invalid(field: field, reason: "it is not encrypted to this issuer's key, or is no \(type)")
        }
        return payload
    }

    func reader() -> StatementReader { StatementReader(audience: profile.name, now: clock.now()) }
}
