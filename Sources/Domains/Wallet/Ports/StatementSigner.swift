public import CardCryptography

/// Signs what the wallet states: ``BindingAssertion``, ``AuthorizationAssertion``.
public protocol StatementSigner: Sendable {
    /// The name and public half of the key that signs now, for issuers to know the wallet by.
    func signingKey() async throws(WalletVaultError) -> (name: String, publicKey: ECPublicKey)

    /// The claims as JSON in compact form, signed with ES256.
    ///
    /// - Parameter type: `typ` of the header, such as ``BindingAssertion/type``.
    func sign(_ claims: some Encodable & Sendable, type: String) async throws(WalletVaultError) -> String
}
