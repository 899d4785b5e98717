import ArgumentParser

/// `seneschal operator …`: what a TSM operator registers and watches.
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Register networks, providers, services, cards and subscriptions; see what happens.",
        discussion: """
              export SENESCHAL_CREDENTIAL_FILE=var/operator.credential
              seneschal operator add network North
              seneschal operator add provider "First Bank" --transport-key bank.pem --secret-file bank.credential
              seneschal operator template service > payment.json
              seneschal operator add service --file payment.json
              seneschal operator add wallet-services
              seneschal operator add card-batch "embedded 2026-1" --transport-key factory.pem
              seneschal operator add secure-element --file card.json --secret-file card.credential
              seneschal operator add subscription --msi 491700000001 --se 45434E0000000001
              seneschal operator list executions
              seneschal operator reconcile 45434E0000000001
            """,
        subcommands: [
            AddCommand.self, ListCommand.self, OperatorCardCommand.self, CredentialCommand.self, DelegateCommand.self,
            ReconcileCommand.self,
            TemplateCommand.self,
        ])
}
