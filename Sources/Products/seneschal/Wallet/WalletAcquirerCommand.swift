import ArgumentParser
import CardCryptography
import ISO7816
import SeneschalAPI
import Wallet

/// `seneschal wallet acquirer NAME`: a credential for whoever brings terminals' transactions.
struct WalletAcquirerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acquirer",
        abstract: "Make an acquirer's credential, and print what wallet.json is to know of it.",
        discussion: """
            The wallet knows the digest of the secret only. What is printed is an element of `acquirers`; the server reads \
            wallet.json when it starts.

              seneschal wallet acquirer corner-shop --secret-file corner-shop.credential
            """)

    @Argument(help: "The acquirer's name: lower-case letters, digits and hyphens.")
    var name: String

    @OptionGroup var secret: SecretOptions

    func run() throws { try secret.makePartner(named: name, "acquirer") }
}

extension SecretOptions {
    /// A fresh secret into its file, and its digest for wallet.json to the terminal.
    func makePartner(named name: String, _ kind: String) throws {
        guard AcquirerName(name) != nil else { throw ValidationError("\(name) is no name of an \(kind).") }
        try check()
        let text = SystemRandomSource().bytes(32).hex.lowercased()
        _ = try keep(text)
        Terminal.message("The \(kind)'s credential is in \(secretFile).")
        Terminal.output(
            JSONValue.object([
                JSONMember("name", .string(name)),
                JSONMember("secretDigest", .string(Digest.hash(Array(text.utf8)).hex.lowercased())),
            ]).indentedText)
    }
}
