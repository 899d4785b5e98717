import ArgumentParser

/// `seneschal card …`: a GlobalPlatform secure element in a file, behind PC/SC.
struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "A GlobalPlatform secure element in a file, behind PC/SC.",
        discussion: """
            Make a card, serve it, and use any PC/SC program on it:

              seneschal card new my.card --test-keys
              seneschal card serve my.card
              opensc-tool -a
            """,
        subcommands: [CardNewCommand.self, CardServeCommand.self, CardInspectCommand.self])
}
