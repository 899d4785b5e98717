public import CardCryptography
public import EMV

/// The issuer's keys: they stay behind the port; what they do comes out.
///
/// No call waits for anything but the computation: they are made inside a transaction of the store.
public protocol IssuerKeys: Sendable {
    /// Encrypts for storage; `context` says what it belongs to and is authenticated.
    func seal(_ plaintext: SecretBytes, context: String) throws(IssuingError) -> [UInt8]
    func unseal(_ sealed: [UInt8], context: String) throws(IssuingError) -> SecretBytes

    /// A keyed digest, 32 bytes: equal for equal bytes and purposes, and saying nothing else.
    func tag(of bytes: SecretBytes, purpose: String) throws(IssuingError) -> [UInt8]

    /// Signs a statement in the issuer's name, in compact form.
    func sign(_ payload: [UInt8], type: String) throws(IssuingError) -> String

    /// Whose signature it is that ``sign(_:type:)`` makes.
    func signingKey() throws(IssuingError) -> ECPublicKey
}
