public import CardCryptography

/// The payment server's own keys.
public protocol PaymentKeys: Sendable {
    /// - Parameter name: what it is the answer to; only under the same name it opens.
    func seal(answer: [UInt8], name: String) throws(PaymentsError) -> [UInt8]

    /// - Throws: ``PaymentsError/internal(reason:)`` for what was not sealed here under this name.
    func open(answer sealed: [UInt8], name: String) throws(PaymentsError) -> [UInt8]

    /// Signs a statement of the payment server's, in compact form; `type` is `typ` of its header.
    func sign(_ payload: [UInt8], type: String) throws(PaymentsError) -> String

    /// What the others verify its statements by.
    func signingKey() throws(PaymentsError) -> (name: String, publicKey: ECPublicKey)

    /// HMAC-SHA256 under a key that is nowhere else: a short secret that is kept as a digest of its tag cannot be guessed by
    /// whoever has the database alone.
    func tag(of secret: SecretBytes, purpose: String) throws(PaymentsError) -> SecretBytes
}
