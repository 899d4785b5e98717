import ArgumentParser

@main
struct Seneschal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seneschal", abstract: "Security domains, kept for others.",
        subcommands: [DemoCommand.self, CardCommand.self])
}
