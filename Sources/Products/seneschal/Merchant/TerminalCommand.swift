import ArgumentParser

/// `seneschal terminal …`: a merchant's terminal, and the way from it to an acquirer.
struct TerminalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal",
        abstract: "A merchant's terminal: cards and devices are held to it, codes are scanned.",
        discussion: """
              seneschal terminal pay --air 54321 --amount 1250
              seneschal terminal pay --card my.card --authority my.card.payment --amount 1250 --json
              seneschal terminal pay --card ada.card --amount 1250 --till corner.till
              seneschal terminal scan "$CODE" --amount 780 --wallet http://127.0.0.1:8090 \
            --credential-file corner-shop.credential
              seneschal terminal gate --card my.card --module gate.psam --journal gate.journal --test-keys --fare 200

            Without --wallet or --till the transaction ends at the counter: nobody is asked whether it is good. With \
            --wallet the acquirer's door of a wallet is asked, with --till a payment server, which asks the card's issuer; \
            what is not approved ends with status 1.
            """,
        subcommands: [
            TerminalPayCommand.self, TerminalScanCommand.self, TerminalBillCommand.self,
            TerminalSmartCardCommand.self, TerminalGateCommand.self,
        ])
}
