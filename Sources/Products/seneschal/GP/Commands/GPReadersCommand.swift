import ArgumentParser
import Foundation
import ISO7816
import PCSCLink
import SeneschalAPI

/// `seneschal gp readers`.
struct GPReadersCommand: GPAction {
    static let configuration = CommandConfiguration(
        commandName: "readers", abstract: "List the PC/SC readers and the cards in them.",
        discussion: """
              seneschal gp readers
              seneschal gp readers --json | jq -r '.readers[] | select(.state != "empty").name'
              seneschal gp readers --watch

            States: empty, card, shared (another program is connected too), exclusive (another program keeps the card \
            to itself), mute (the card does not answer a reset), unavailable.
            """)

    @Flag(help: "Go on and print the list at every change, until Control-C.")
    var watch = false

    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let readers = try PCSCReaders()
        var list = try await readers.list()
        while watch {
            answer(list).show(asJSON: format.json)
            repeat {
                try Task.checkCancellation()
            } while try await !changed(readers, &list)
        }
        return answer(list)
    }

    private func changed(_ readers: PCSCReaders, _ list: inout [PCSCReader]) async throws -> Bool {
        guard let next = try await readers.change(withinMilliseconds: 1_000), next != list else { return false }
        list = next
        return true
    }

    private func answer(_ readers: [PCSCReader]) -> GPAnswer {
        let json = readers.map { reader in
            JSONValue.object(of: [
                "name": .string(reader.name), "state": .string(reader.state.rawValue),
                "atr": reader.answerToReset.isEmpty ? nil : .hex(reader.answerToReset),
            ])
        }
        let width = readers.map(\.name.count).max() ?? 0
        let lines = readers.map { reader in
            reader.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
                + (reader.answerToReset.isEmpty
                    ? reader.state.rawValue
                    : reader.state.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
                        + " ATR \(reader.answerToReset.hex)")
        }
        return GPAnswer(["readers": .array(json)], lines.isEmpty ? ["No reader."] : lines)
    }
}
