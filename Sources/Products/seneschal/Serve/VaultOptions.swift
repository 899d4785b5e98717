import ArgumentParser
import CardCryptography
import Foundation
import KeyVault

/// What opens a vault: a key file, or a passphrase that stands in no argument.
struct VaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file with the vault's key, made when vault and key file are both absent. Keep it apart from backups.",
            valueName: "file"))
    var vaultKeyFile: String?

    @Flag(help: "Ask for the vault's passphrase. $SENESCHAL_VAULT_PASSPHRASE is used without asking.")
    var vaultPassphrase = false

    func validate() throws {
        if vaultKeyFile != nil && vaultPassphrase {
            throw ValidationError("Give --vault-key-file or --vault-passphrase, not both.")
        }
    }

    /// - Parameter keyFileDefault: used when nothing was said.
    func unlock(keyFileDefault: String) throws -> VaultUnlock {
        if let vaultKeyFile { return .keyFile(vaultKeyFile) }
        if let passphrase = ProcessInfo.processInfo.environment["SENESCHAL_VAULT_PASSPHRASE"], !passphrase.isEmpty {
            return .passphrase(SecretBytes(Array(passphrase.utf8)))
        }
        guard vaultPassphrase else { return .keyFile(keyFileDefault) }
        guard let typed = getpass("Passphrase of the vault: "), typed.pointee != 0 else {
            throw CommandFailure(.usage, "a passphrase is needed")
        }
        return .passphrase(SecretBytes(Array(String(cString: typed).utf8)))
    }
}
