import CardCryptography
import Foundation

@testable import KeyVault

/// A folder of its own for one test, removed with the last reference to it.
final class VaultFolder {
    let path = NSTemporaryDirectory() + "seneschal-vault-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var vault: String { path + "/keys/tsm.vault" }
    var keyFile: String { path + "/secret/vault.key" }

    func open(_ unlock: VaultUnlock? = nil) throws(VaultError) -> SealedVault {
        try SealedVault.open(at: vault, unlock: unlock ?? .keyFile(keyFile), passphraseCost: .quick)
    }

    func openProvider() throws(VaultError) -> ProviderVault {
        try ProviderVault.open(at: path + "/keys/sp.vault", unlock: .keyFile(keyFile))
    }

    func permissions(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}

extension Scrypt.Cost {
    /// For tests that are not about the cost.
    static let quick = Scrypt.Cost(n: 16, r: 8, p: 1)
}
