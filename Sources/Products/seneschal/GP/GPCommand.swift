import ArgumentParser

/// `seneschal gp …`: the host side of GlobalPlatform.
struct GPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gp",
        abstract: "Manage GlobalPlatform cards: in a PC/SC reader, behind vpcd, or in a file.",
        discussion: """
            Any card in a reader:

              seneschal gp readers
              seneschal gp info
              seneschal gp list --keys issuer.keys
              seneschal gp install wallet.cap --keys issuer.keys

            Without a chip at hand:

              seneschal card new my.card --test-keys
              seneschal gp list --card my.card --test-keys

            Wrong keys never reach the card: they are tried against its answer to INITIALIZE UPDATE first, so no try is \
            burnt. Exit status: 0 done, 1 the card refused, 2 usage, 3 the card was lost and nothing was executed, \
            4 the card was lost and the last command may have been executed, 5 wrong keys, 6 no card, 7 held back \
            (an authentication that could be the last).
            """,
        subcommands: [
            GPReadersCommand.self, GPInfoCommand.self, GPListCommand.self, GPStatusCommand.self, GPInstallCommand.self,
            GPMakeSelectableCommand.self, GPDeleteCommand.self, GPExtraditeCommand.self, GPUpdateCommand.self,
            GPDomainCommand.self, GPKeysCommand.self, GPLockCommand.self, GPUnlockCommand.self, GPTerminateCommand.self,
            GPStoreDataCommand.self, GPAPDUCommand.self,
            GPTokenCommand.self, GPDAPCommand.self, GPDiversifyCommand.self,
        ])
}
