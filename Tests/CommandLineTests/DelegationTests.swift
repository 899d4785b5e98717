import Foundation
import SeneschalAPI
import Testing

@Suite("Delegated management with seneschal gp")
struct DelegationTests {
    private static let central = "F053454E45534348414C43530001"
    private static let provider = "A0000001515350410001"
    private static let application = "F053454E45534348414C490101"

    /// A card whose central security domain verifies tokens, with a provider's domain that needs them.
    private func card(_ bench: Workbench) async throws -> (channel: [String], privateKey: String) {
        let card = try await bench.card(
            "my.card", ["--configuration", "embedded-third-party", "--without-mandated-dap"])
        let pair = try bench.keyPair()
        let keys = bench.path("provider.keys")
        await bench.done(
            "keys", "put", "--sd", Self.central, "--new-version", "70", "--public-key", pair.publicKey, "--card", card,
            "--keys", card + ".keys")
        await bench.done(
            "domain", "create", Self.provider, "--privileges", "DelegatedManagement", "--sd", Self.central, "--card",
            card, "--keys", card + ".keys")
        await bench.done(
            "keys", "put", "--sd", Self.provider, "--new-version", "30", "--random", keys, "--card", card, "--keys",
            card + ".keys", "--keys-of", Self.central)
        return (["--sd", Self.provider, "--card", card, "--keys", keys], pair.privateKey)
    }

    /// The tokens for the commands that `arguments` would send.
    private func tokens(_ bench: Workbench, _ arguments: [String], _ privateKey: String) async throws -> [String] {
        let preview = try await bench.run(["gp"] + arguments + ["--dry-run", "--json"]).json()
        let commands = preview["commands"]?.elements ?? [preview]
        var tokens: [String] = []
        for command in commands {
            let signed = await bench.done(
                "token", "sign", "--apdu", command["apdu"]?.string ?? "", "--private-key", privateKey, "--json")
            tokens.append(try #require(try signed.json()["token"]?.string))
        }
        return tokens
    }

    @Test("a load and an installation need the central domain's tokens, each its own")
    func install() async throws {
        let bench = try Workbench()
        let (channel, privateKey) = try await card(bench)
        let install = ["install", LoadFiles.small, "--hash", "sha256"]
        let without = await bench.run(["gp"] + install + channel)
        #expect(without.status == 1)
        #expect(without.everything.contains("--load-token"))
        let tokens = try await tokens(bench, install, privateKey)
        #expect(tokens.count == 2)
        let exchanged = ["--load-token", tokens[1], "--token", tokens[0]]
        #expect(await bench.run(["gp"] + install + exchanged + channel).status == 1)
        let run = await bench.run(["gp"] + install + ["--load-token", tokens[0], "--token", tokens[1]] + channel)
        #expect(run.status == 0, "\(run.everything)")
        #expect(run.output.last == "Application \(Self.application) is installed.")
    }

    @Test("a token for one deletion does for no other")
    func delete() async throws {
        let bench = try Workbench()
        let (channel, privateKey) = try await card(bench)
        let install = ["install", LoadFiles.small, "--hash", "sha256"]
        let tokens = try await tokens(bench, install, privateKey)
        let run = await bench.run(["gp"] + install + ["--load-token", tokens[0], "--token", tokens[1]] + channel)
        #expect(run.status == 0, "\(run.everything)")
        #expect(await bench.run(["gp", "delete", Self.application] + channel).status == 1)
        let package = ["delete", "F053454E45534348414C4901", "--with-applications"]
        let other = try await self.tokens(bench, package, privateKey)
        #expect(await bench.run(["gp", "delete", Self.application, "--token", other[0]] + channel).status == 1)
        let token = try await self.tokens(bench, ["delete", Self.application], privateKey)
        let deleted = await bench.run(["gp", "delete", Self.application, "--token", token[0]] + channel)
        #expect(deleted.status == 0, "\(deleted.everything)")
    }

    @Test("a command with its token is sent as it was printed")
    func apdu() async throws {
        let bench = try Workbench()
        let (channel, privateKey) = try await card(bench)
        let load = try await bench.done("install", LoadFiles.small, "--hash", "sha256", "--dry-run", "--json").json()
        let signed = try await bench.done(
            "token", "sign", "--apdu", load["commands"]?[0]?["apdu"]?.string ?? "", "--private-key", privateKey,
            "--number", "9", "--json"
        ).json()
        let run = await bench.run(["gp", "apdu", "--secure", signed["apdu"]?.string ?? ""] + channel)
        #expect(run.status == 0, "\(run.everything)")
    }
}
