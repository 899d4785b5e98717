import ArgumentParser
import CardCryptography
import GlobalPlatform
import KeyVault

/// `seneschal provider keys …`: what passes between the provider's vault and the central TSM.
struct ProviderKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Your keys: the transport key, the temporary master key, and the key that cards know you by.",
        subcommands: [TransportKey.self, Import.self, CardKey.self, ImportCertificate.self])

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

    /// `seneschal provider keys card-key`.
    struct CardKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "card-key",
            abstract: "Print the public key (PEM) by which the controlling authorities of cards are to know you.",
            discussion: "An authority that the cards trust certifies it: seneschal authority certify.")

        @OptionGroup var vault: ProviderVaultOptions

        func run() async throws {
            let vault = try vault.open()
            defer { vault.close() }
            Terminal.output(try await vault.confidentialSetupKey().pem.trimmingSuffix { $0.isNewline })
        }
    }

    /// `seneschal provider keys import-certificate`.
    struct ImportCertificate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import-certificate",
            abstract:
                "Take in the certificate of your card key: from now on keys are set confidentially where they can be.")

        @Argument(help: ArgumentHelp("The certificate (7F21) in hex.", valueName: "hex"))
        var certificate: HexArgument

        @Option(help: ArgumentHelp("The authority's public key (PEM); its cards are believed.", valueName: "file"))
        var authority: String

        @OptionGroup var vault: ProviderVaultOptions

        func run() async throws {
            let certificate = try SelfDescriptiveCertificate(bytes: certificate.bytes)
            let key = try ECPublicKey(pem: try TextInput.read(authority))
            let vault = try vault.open()
            defer { vault.close() }
            try await vault.importConfidentialSetup(
                certificate: certificate, authorities: [certificate.contents.authority: key])
            Terminal.message("The certificate is in the vault; cards of this authority's are believed.")
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
