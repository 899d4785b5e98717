import ArgumentParser
import KeyVault

/// `seneschal provider keys …`: what passes between the provider's vault and the central TSM.
struct ProviderKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Your keys: the transport key, and the temporary master key.",
        subcommands: [TransportKey.self, Import.self])

    /// `seneschal provider keys transport-key`.
    struct TransportKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "transport-key", abstract: "Print the public key (PEM) for your registration.")

        @OptionGroup var vault: ProviderVaultOptions

        func run() async throws {
            let vault = try vault.open()
            defer { vault.close() }
            Terminal.output(try vault.transportKey().trimmingSuffix { $0.isNewline })
        }
    }

    /// `seneschal provider keys import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Take in the temporary master key that your registration was answered with.")

        @Argument(help: ArgumentHelp("The wrapped key in hex; it is encrypted for your vault.", valueName: "hex"))
        var wrappedKey: HexArgument

        @OptionGroup var vault: ProviderVaultOptions

        func run() async throws {
            let vault = try vault.open()
            defer { vault.close() }
            try await vault.importTemporaryMasterKey(wrapped: wrappedKey.bytes)
            Terminal.message("The temporary master key is in the vault.")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isDropped(last) { text.removeLast() }
        return text
    }
}
