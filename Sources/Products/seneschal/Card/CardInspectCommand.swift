import ArgumentParser
import CardLink
import Foundation
import ISO7816
import SecureElement

/// `seneschal card inspect FILE`: what is on a card.
struct CardInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is on a card: domains, applications, life cycles, key versions, packages, memory.",
        discussion: """
              seneschal card inspect my.card
              seneschal card inspect my.card --json | jq '.applications[].aid'

            Keys are never shown. The card may be in use: what was last written is shown.
            """)

    @Argument(help: "The card's file, made by `seneschal card new`.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let inventory = try CardFile.read(file).inventory
        guard json else {
            for line in CardReport(inventory).lines { Terminal.output(line) }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Terminal.output(String(decoding: try encoder.encode(inventory), as: UTF8.self))
    }
}
