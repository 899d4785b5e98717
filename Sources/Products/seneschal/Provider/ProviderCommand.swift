import ArgumentParser

/// `seneschal provider …`: what a service provider asks of the central TSM.
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Ask the central TSM as a service provider.",
        discussion: """
            Everything from the number to the active service, with scripts made here and wrapped under keys that the \
            central TSM never sees:

              seneschal provider keys transport-key --vault bank.vault > bank.pem
              seneschal provider keys import --vault bank.vault WRAPPED-KEY
              seneschal provider provision --vault bank.vault --data card.dgi --msi 491700000001 \\
                --service 7/1.0 --sp-name "First Bank" --prn PRN-0001

            The same step by step, with scripts of one's own:

              seneschal provider data --msi 491700000001
              seneschal provider pre-personalize --msi 491700000001 --service 7/1.0 --sp-name "First Bank" --prn PRN-0001
              seneschal provider begin … --target-aid F053… --operation keyRotation
              seneschal provider script COMMUNICATION --file rotation.apdu
              seneschal provider end COMMUNICATION
              seneschal provider activate …
            """,
        subcommands: [
            DataCommand.self, PrePersonalizeCommand.self, BeginCommand.self, ScriptCommand.self, EndCommand.self,
            ActivateCommand.self, LockCommand.self, UnlockCommand.self, DeleteCommand.self, StatusCommand.self,
            ProvisionCommand.self, ManageCommand.self, ProviderKeysCommand.self,
        ])
}

/// Names a service on a customer's secure element.
struct TargetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The subscription: a telephone number, imsi:… or alias:…", valueName: "number"))
    var msi: SubscriptionArgument

    @Option(help: ArgumentHelp("The secure element; asked for by the subscription when absent.", valueName: "id"))
    var se: SecureElementArgument?

    @Option(help: ArgumentHelp("Number and version of the service, such as 7/1.0.", valueName: "service"))
    var service: ServiceArgument

    @Option(help: ArgumentHelp("The name that you are registered under.", valueName: "name"))
    var spName: String

    @Option(help: ArgumentHelp("The payment account reference number; never a card number.", valueName: "prn"))
    var prn: String
}
