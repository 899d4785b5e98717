import CardCryptography

/// A wallet that was registered. The secret is told once.
public struct RegisteredWallet: Hashable, Sendable, Codable {
    public var wallet: WalletPlatform
    public var secret: String
}

extension IssuerDesk {
    /// Registers a wallet by its name and the public key that it signs with, and makes its access credential.
    public func registerWallet(
        name: String, publicKey: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> RegisteredWallet {
        guard IssuerProfile.isName(name) else {
            throw .invalid(field: "name", reason: "1 to 32 lower-case letters, digits and hyphens")
        }
        let wallet = WalletPlatform(name: name, publicKey: publicKey, registeredAt: issuer.clock.now())
        _ = try wallet.verificationKey()
        return try await issuer.once(requester, "wallet.register", fields: [name, publicKey]) {
            records, now throws(IssuingError) in
            let known = try records.wallets()
            guard !known.contains(where: { $0.name == name }) else {
                throw .duplicate(reason: "a wallet named \(name) is registered")
            }
            guard known.count < Self.walletsMax else {
                throw .limit(reason: "\(Self.walletsMax) wallets are registered, which is all there can be")
            }
            let secret = makeSecret()
            try records.apply(.insertWallet(wallet))
            try records.apply(
                .insertCredential(
                    IssuerCredential(digest: Self.digest(of: secret), holder: .wallet(name: name), createdAt: now)))
            return CardIssuer.Done(RegisteredWallet(wallet: wallet, secret: secret), detail: name)
        }
    }

    public func wallets() async throws(IssuingError) -> [WalletPlatform] {
        try await issuer.store.read { records throws(IssuingError) in try records.wallets() }
    }
}
