import ArgumentParser
import CardCryptography
import Foundation
import KeyVault
import SeneschalAPI
import Wallet

/// `seneschal wallet keys`: what partners of a wallet have to know of it.
struct WalletKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print the wallet's public keys, made when there are none.",
        discussion: """
            The signing key goes to every issuer, the encryption key to devices:

              seneschal wallet keys --data var/wallet
              seneschal wallet keys --data var/wallet --only signingKey > lantern.pem
              seneschal issuer wallet add seneschal-wallet --public-key lantern.pem --secret-file bank.credential \
            --key-name "$(seneschal wallet keys --data var/wallet --only signingKeyName)"

            What the central TSM wants to know of a service provider is in another vault:

              seneschal provider keys transport-key --vault var/wallet/provider.vault
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("The data folder.", valueName: "dir"))
    var folder = "var/wallet"

    @Option(help: "Who the wallet is in what it signs.")
    var name = "seneschal-wallet"

    /// One of the members, for the shell.
    enum Member: String, ExpressibleByArgument, CaseIterable {
        case signingKey, signingKeyName, encryptionKey, encryptionKeyName
    }

    @Option(help: "Print this member alone, as it is.")
    var only: Member?

    @OptionGroup var vaultOptions: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let vaults = try WalletVaults(folder: folder, vaultOptions)
        defer { vaults.close() }
        let (signing, encryption) = (try await vaults.wallet.signingKey(), try vaults.wallet.encryptionKey())
        let keys = API.WalletKeys(
            name: name, signingKey: signing.publicKey.pem, signingKeyName: signing.name,
            encryptionKey: encryption.publicKey.pem, encryptionKeyName: encryption.name)
        switch only {
        case .signingKey: Terminal.output(keys.signingKey.trimmingCharacters(in: .newlines))
        case .signingKeyName: Terminal.output(keys.signingKeyName)
        case .encryptionKey: Terminal.output(keys.encryptionKey.trimmingCharacters(in: .newlines))
        case .encryptionKeyName: Terminal.output(keys.encryptionKeyName)
        case nil: try output.show(keys)
        }
    }
}
