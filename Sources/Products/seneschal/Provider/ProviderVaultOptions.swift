import ArgumentParser
import KeyVault

/// The provider's vault: its own keys, made here, and the temporary master key from the central TSM.
struct ProviderVaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Your vault, made with fresh keys when absent; its key file is FILE.key.", valueName: "file")
    )
    var vault: String

    @OptionGroup var unlock: VaultOptions

    func open() throws -> ProviderVault {
        try ProviderVault.open(at: vault, unlock: try unlock.unlock(keyFileDefault: vault + ".key"))
    }
}
