import CardCryptography

/// A wallet that was registered. The secret is told once.
public struct RegisteredWallet: Hashable, Sendable, Codable {
    public var wallet: WalletPlatform
    public var secret: String
}

extension IssuerDesk {
    /// Registers a wallet by its name and the key that it signs with, and makes its access credential.
    public func registerWallet(
        name: String, key: WalletKey, _ requester: IssuerRequester
    ) async throws(IssuingError) -> RegisteredWallet {
        guard IssuerProfile.isName(name) else {
            throw .invalid(field: "name", reason: "1 to 32 lower-case letters, digits and hyphens")
        }
        return try await issuer.once(requester, "wallet.register", fields: [name, key.name, key.publicKey]) {
            records, now throws(IssuingError) in
            let known = try records.wallets()
            guard !known.contains(where: { $0.name == name }) else {
                throw .duplicate(reason: "a wallet named \(name) is registered")
            }
            guard known.count < Self.walletsMax else {
                throw .limit(reason: "\(Self.walletsMax) wallets are registered, which is all there can be")
            }
            try checkIsNew(key, known)
            let wallet = WalletPlatform(name: name, keys: [key], registeredAt: now)
            let secret = makeSecret()
            try records.apply(.putWallet(wallet))
            try records.apply(
                .insertCredential(
                    IssuerCredential(digest: Self.digest(of: secret), holder: .wallet(name: name), createdAt: now)))
            return CardIssuer.Done(RegisteredWallet(wallet: wallet, secret: secret), detail: name)
        }
    }

    /// Makes another access credential of a wallet's; those before open nothing any more.
    public func renewCredential(
        ofWallet name: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> RegisteredWallet {
        try await issuer.once(requester, "wallet.renew-credential", fields: [name]) {
            records, now throws(IssuingError) in
            guard let wallet = try records.wallets().first(where: { $0.name == name }) else {
                throw .notFound(field: "wallet", reason: "no wallet of this name is registered")
            }
            let secret = makeSecret()
            try records.apply(.revokeCredentials(of: .wallet(name: name), at: now))
            try records.apply(
                .insertCredential(
                    IssuerCredential(digest: Self.digest(of: secret), holder: .wallet(name: name), createdAt: now)))
            return CardIssuer.Done(RegisteredWallet(wallet: wallet, secret: secret), detail: name)
        }
    }

    /// Takes in another key of a wallet, before the wallet signs with it.
    public func addKey(
        _ key: WalletKey, ofWallet name: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> WalletPlatform {
        try await issuer.once(requester, "wallet.add-key", fields: [name, key.name, key.publicKey]) {
            records, _ throws(IssuingError) in
            let known = try records.wallets()
            guard var wallet = known.first(where: { $0.name == name }) else {
                throw .notFound(field: "wallet", reason: "no wallet of this name is registered")
            }
            guard wallet.keys.count < WalletPlatform.keysMax else {
                throw .limit(reason: "the wallet has \(WalletPlatform.keysMax) keys, which is all it can have")
            }
            try checkIsNew(key, known)
            wallet.keys.append(key)
            try records.apply(.putWallet(wallet))
            return CardIssuer.Done(wallet, detail: "\(name): \(key.name)")
        }
    }

    private func checkIsNew(_ key: WalletKey, _ wallets: [WalletPlatform]) throws(IssuingError) {
        guard !wallets.contains(where: { $0.keys.contains { $0.name == key.name } }) else {
            throw .duplicate(reason: "a key named \(key.name) is registered")
        }
    }

    public func wallets() async throws(IssuingError) -> [WalletPlatform] {
        try await issuer.store.read { records throws(IssuingError) in try records.wallets() }
    }
}
