import Assembly
import Foundation
import KeyVault

/// The two vaults of a wallet: its own, and that of the service provider that it is to the central TSM.
struct WalletVaults {
    let wallet: KeyVault.WalletVault
    let provider: ProviderVault

    init(folder: String, _ options: VaultOptions) throws {
        let unlock = try options.unlock(keyFileDefault: URL(filePath: folder).appending(path: "vault.key").path)
        wallet = try WalletHouse.openVault(in: folder, unlock: unlock)
        provider = try ProviderVault.open(at: folder + "/provider.vault", unlock: unlock)
    }

    func close() {
        wallet.close()
        provider.close()
    }
}
