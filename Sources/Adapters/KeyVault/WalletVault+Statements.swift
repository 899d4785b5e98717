public import CardCryptography
import Foundation
import ISO7816
import JOSE
public import Wallet

extension WalletVault {
    public func signingKey() async throws(WalletVaultError) -> (name: String, publicKey: ECPublicKey) {
        let key = try newestSigningKey()
        return (key.name, key.privateKey.publicKey)
    }

    /// Starts another signing key. Issuers are to know it before the next statement.
    public func startSigningKey() async throws(WalletVaultError) {
        try await file.change(failure: { .failed("\($0)") }) { ring throws(WalletVaultError) in
            guard ring.addSigningKey() else {
                throw .failed("the vault holds \(WalletKeyRing.versionsMax) signing keys, which is all it can")
            }
        }
    }

    public func sign(_ claims: some Encodable & Sendable, type: String) async throws(WalletVaultError) -> String {
        let key = try newestSigningKey()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try JSONWebSignature.sign(Array(try encoder.encode(claims)), type: type, key: key)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// The name and public half of the key that devices encrypt to.
    public func encryptionKey() throws(WalletVaultError) -> (name: String, publicKey: ECPublicKey) {
        let key = try namedEncryptionKey()
        return (key.name, key.privateKey.publicKey)
    }

    /// What a device has encrypted to the wallet as a message of `type`.
    ///
    /// - Throws: ``WalletVaultError/notOpened`` for anything else.
    public func decrypt(_ compact: String, type: String) throws(WalletVaultError) -> SecretBytes {
        let own = try namedEncryptionKey()
        do {
            return try JSONWebEncryption.decrypt(compact, type: type) { $0 == own.name ? own.privateKey : nil }
        } catch {
            throw .notOpened
        }
    }

    private func namedEncryptionKey() throws(WalletVaultError) -> NamedPrivateKey {
        try named(file.contents.encryptionKey)
    }

    private func newestSigningKey() throws(WalletVaultError) -> NamedPrivateKey {
        guard let scalar = file.contents.signingKeys.last else { throw .failed("\(VaultError.closed)") }
        return try named(scalar)
    }

    private func named(_ scalar: SecretBytes) throws(WalletVaultError) -> NamedPrivateKey {
        guard !scalar.isEmpty else { throw .failed("\(VaultError.closed)") }
        do {
            let key = try ECPrivateKey(curve: .p256, scalar: scalar)
            // Named for what it is, so that no two keys have one name.
            let name = "wallet-" + Digest.hash(key.publicKey.uncompressedPoint).prefix(8).hex.lowercased()
            return NamedPrivateKey(name: name, privateKey: key)
        } catch {
            throw .failed("\(error)")
        }
    }
}
