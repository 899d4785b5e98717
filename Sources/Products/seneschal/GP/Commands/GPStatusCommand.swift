import ArgumentParser
import CardManagement
import SeneschalAPI

/// `seneschal gp status`.
struct GPStatusCommand: GPAction {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is unfinished: installations, key rotations, failed authentications.",
        discussion: """
              seneschal gp status
              seneschal gp status --all

            Of the card in the reader, or with --all of every card; then no card is needed. The records are in \
            $XDG_STATE_HOME/seneschal, by default ~/.local/state/seneschal.
            """)

    @Flag(help: "Of every card that something is on record for.")
    var all = false

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let journal = try StateDirectory.journal()
        var work = try await UnfinishedWork.all(in: journal)
        if !all {
            let identifier = try await selection.withCard { channel in
                try await CardManager(channel: channel, keys: NoKeys()).identify()
            }
            work = work.filter { $0.card == identifier?.text }
        }
        return GPAnswer(
            ["unfinished": .array(work.map(\.json))], work.isEmpty ? ["Nothing is unfinished."] : work.flatMap(\.lines))
    }
}
