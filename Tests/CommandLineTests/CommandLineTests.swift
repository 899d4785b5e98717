import ArgumentParser
import Foundation
import PCSCLink
import Testing

@testable import seneschal

@Suite("The command line of seneschal gp")
struct CommandLineTests {
    private static let leaves: [any ParsableCommand.Type] = leaves(below: GPCommand.self)

    private static func leaves(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let below = command.configuration.subcommands
        return below.isEmpty ? [command] : below.flatMap(leaves)
    }

    @Test("has an example in the help of every command")
    func help() {
        #expect(Self.leaves.count >= 24)
        for command in Self.leaves {
            #expect(command.configuration.discussion.contains("  seneschal gp "), "\(command)")
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
        }
    }

    @Test("answers help with status 0 and what cannot be parsed with 2")
    func parsing() async throws {
        let bench = try Workbench()
        #expect(await bench.gp("list", "--help").status == 0)
        #expect(await bench.gp("nonsense").status == 2)
        #expect(await bench.gp("list", "--sd", "A0").status == 2)
        #expect(await bench.gp("list", "--key-version", "80").status == 2)
        #expect(await bench.gp("list", "--security", "most").status == 2)
        #expect(await bench.gp("list", "--card", "a", "--vpcd", "127.0.0.1:1", "--test-keys").status == 2)
        #expect(await bench.gp("list", "--card", "a", "--test-keys", "--keys", "b").status == 2)
        #expect(await bench.gp("apdu", "--card", "a").status == 2)
        #expect(await bench.gp("apdu", "--card", "a", "80C").status == 2)
    }

    @Test("says which card file is missing")
    func missingCard() async throws {
        let bench = try Workbench()
        let run = await bench.gp("info", "--card", bench.path("absent.card"))
        #expect(run.status != 0)
        #expect(run.everything.contains("seneschal card new"))
    }

    @Test("prints no key, whatever it does and however much it is asked to show")
    func secrets() async throws {
        let bench = try Workbench()
        let card = try await bench.card("b.card", [])
        let keys = card + ".keys"
        let new = bench.path("new.keys")
        var shown = await bench.done("list", "--card", card, "--keys", keys, "--apdus", "--json").everything
        shown += await bench.done(
            "keys", "rotate", "--from", "01", "--to", "02", "--random", new, "--card", card, "--keys", keys, "--apdus",
            "--json"
        ).everything
        shown += await bench.done("list", "--card", card, "--keys", new, "--apdus").everything
        shown += await bench.gp("list", "--card", card, "--keys", keys, "--apdus").everything
        shown += await bench.gp("keys", "verify", "--card", card, "--keys", keys, "--apdus-secrets").everything
        for file in [keys, new] {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let secrets = text.matches(of: /[0-9A-F]{32}/).map { String($0.0) }
            #expect(secrets.count == 3)
            for secret in secrets { #expect(!shown.uppercased().contains(secret)) }
        }
        // PUT KEY carries the keys encrypted; its data field is masked all the same.
        #expect(shown.contains("> 84D80081 ‹"))
    }
}

@Suite("The choice of a reader")
struct ReaderChoiceTests {
    private let one = PCSCReader(name: "ACME Dual 00 00", state: .card)
    private let two = PCSCReader(name: "ACME Dual 00 01", state: .shared)
    private let mute = PCSCReader(name: "Mute 00 00", state: .mute)
    private let empty = PCSCReader(name: "Empty 00 00", state: .empty)

    private func failure(_ wanted: String?, _ readers: [PCSCReader]) -> CommandFailure? {
        do {
            _ = try ReaderChoice(wanted: wanted).choose(from: readers)
            return nil
        } catch { return error as? CommandFailure }
    }

    @Test("falls on the only one with a card, and on one that answers before one that does not")
    func only() throws {
        #expect(try ReaderChoice(wanted: nil).choose(from: [empty, one]) == one.name)
        #expect(try ReaderChoice(wanted: nil).choose(from: [mute, one]) == one.name)
        #expect(try ReaderChoice(wanted: nil).choose(from: [mute, empty]) == mute.name)
    }

    @Test("takes a name or a part of it, an exact name first")
    func names() throws {
        #expect(try ReaderChoice(wanted: "00 01").choose(from: [one, two]) == two.name)
        #expect(try ReaderChoice(wanted: "acme dual 00 00").choose(from: [one, two]) == one.name)
        let longer = PCSCReader(name: "ACME Dual 00 00 (2)", state: .card)
        #expect(try ReaderChoice(wanted: one.name).choose(from: [one, longer]) == one.name)
    }

    @Test("between several is the person's, who sees their names")
    func several() {
        let failure = failure("ACME", [one, two, empty])
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains("“ACME Dual 00 00”, “ACME Dual 00 01”") == true)
    }

    @Test("without a card, or without a reader, ends with the status for no card")
    func none() {
        #expect(failure(nil, [])?.status == .noCard)
        #expect(failure(nil, [empty])?.status == .noCard)
        #expect(failure("Other", [one])?.status == .noCard)
    }
}
