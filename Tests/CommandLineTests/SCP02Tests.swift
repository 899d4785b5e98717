import Foundation
import SeneschalAPI
import Testing

@Suite("seneschal gp speaks SCP02")
struct SCP02Tests {
    private func card(_ bench: Workbench, _ implementation: String = "15") async throws -> String {
        try await bench.card("my.card", ["--test-keys", "--scp02", implementation, "--key-type", "des"])
    }

    @Test("where the key set is of DES keys: list, install, delete", arguments: ["15", "55"])
    func content(_ implementation: String) async throws {
        let bench = try Workbench()
        let card = try await card(bench, implementation)
        let verified = await bench.done("keys", "verify", "--card", card, "--test-keys")
        #expect(verified.text.contains("SCP02 i=\(implementation)"))
        #expect(await bench.done("info", "--card", card).text.contains("SCP02 i=\(implementation)"))
        await bench.done("install", LoadFiles.large, "--all-modules", "--card", card, "--test-keys")
        await bench.done("list", "--card", card, "--test-keys", "--security", "mac-enc")
        await bench.done(
            "delete", "F053454E45534348414C4902", "--with-applications", "--card", card, "--test-keys", "--scp", "02")
    }

    @Test("and not where SCP03 is insisted on")
    func insisting() async throws {
        let bench = try Workbench()
        let run = await bench.gp("list", "--card", try await card(bench), "--test-keys", "--scp", "03")
        #expect(run.status == 1)
        #expect(run.everything.contains("key set 01 is of SCP02, not SCP03"))
    }

    @Test("wrong keys burn no try here either")
    func wrongKeys() async throws {
        let bench = try Workbench()
        let card = try await card(bench)
        let wrong = try bench.write("wrong.keys", #"{"key":"505152535455565758595A5B5C5D5E5F"}"#)
        let run = await bench.gp("list", "--card", card, "--keys", wrong)
        #expect(run.status == 5)
        #expect(run.everything.contains("Next step: the same command with --test-keys"))
    }

    @Test("a rotation takes the card from SCP02 to SCP03")
    func migration() async throws {
        let bench = try Workbench()
        let card = try await card(bench)
        let new = bench.path("aes.keys")
        await bench.done(
            "keys", "rotate", "--from", "01", "--to", "30", "--random", new, "--algorithm", "aes", "--card", card,
            "--test-keys")
        let verified = await bench.done("keys", "verify", "--card", card, "--keys", new)
        #expect(verified.text.contains("version 30, SCP03"))
        #expect(await bench.gp("list", "--card", card, "--test-keys").status == 5)
    }

    @Test("diversify derives Triple DES keys that open the card")
    func diversify() async throws {
        let bench = try Workbench()
        let card = try await card(bench)
        let master = try bench.write("master.keys", #"{"key":"000102030405060708090A0B0C0D0E0F"}"#)
        await bench.done(
            "keys", "put", "--new-version", "02", "--new-keys", master, "--new-diversification", "visa2", "--card",
            card,
            "--test-keys")
        let own = bench.path("own.keys")
        await bench.done(
            "diversify", "--keys", master, "--diversification", "visa2", "--scp", "02", "--output", own, "--card", card)
        await bench.done("list", "--card", card, "--keys", own, "--key-version", "02")
        await bench.done("list", "--card", card, "--keys", master, "--diversification", "visa2", "--key-version", "02")
    }
}
