import ArgumentParser

/// `seneschal wallet operator NAME`: a credential for whoever stops cards against fraud.
struct WalletOperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Make a wallet operator's credential, and print what wallet.json is to know of it.",
        discussion: """
            The wallet knows the digest of the secret only. What is printed is an element of `operators`; the server reads \
            wallet.json when it starts.

              seneschal wallet operator night-watch --secret-file night-watch.credential
            """)

    @Argument(help: "The operator's name: lower-case letters, digits and hyphens.")
    var name: String

    @OptionGroup var secret: SecretOptions

    func run() throws { try secret.makePartner(named: name, "operator") }
}
