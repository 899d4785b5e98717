public import ArgumentParser
import Foundation
public import SeneschalAPI
import SeneschalClient

/// `seneschal pay export`.
struct PayExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the journal as plain-text accounting, with assertions of every account's balance.",
        discussion: """
              seneschal pay export --format hledger > pay.journal && hledger -f pay.journal check
              seneschal pay export --format ledger > pay.ledger && ledger -f pay.ledger balance
              seneschal pay export --format beancount > pay.beancount && bean-check pay.beancount
            """)

    @Option(help: "Which program is to read it.")
    var format: API.JournalFormat

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.withClient { client in
            try await client.exportJournal(as: format) {
                try FileHandle.standardOutput.write(contentsOf: Data($0.utf8))
            }
        }
    }
}

extension API.JournalFormat: ExpressibleByArgument {}
