import Foundation
import Testing

/// `seneschal authority` and what it is for, from a new authority to a provider's certificate.
@Suite("seneschal authority")
struct AuthorityTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// Runs a command that succeeds, and keeps its output in a file.
    private func keep(_ name: String, _ arguments: [String]) async throws -> String {
        let run = await bench.run(arguments)
        try #require(run.status == 0, "\(run.everything)")
        return try bench.write(name, run.text + "\n")
    }

    @Test("the private key is for its owner's eyes only, is never overwritten and never shown")
    func newAuthority() async throws {
        let key = bench.path("ca.key")
        let run = await bench.run(["authority", "new", key])
        #expect(run.status == 0)
        #expect(run.text.hasPrefix("-----BEGIN PUBLIC KEY-----") && run.text.hasSuffix("-----END PUBLIC KEY-----"))
        let attributes = try FileManager.default.attributesOfItem(atPath: key)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let secret = try read(key)
        #expect(secret.contains("PRIVATE KEY"))
        for line in secret.split(separator: "\n").dropFirst().dropLast() {
            #expect(!run.everything.contains(line))
        }
        #expect(await bench.run(["authority", "new", key]).status == 2)
        #expect(try read(key) == secret)
    }

    @Test(
        "a provider's card key is certified, imported and from then on shown to cards; a stranger's certificate is not")
    func certify() async throws {
        let vault = ["--vault", bench.path("bank.vault")]
        let (own, other) = (bench.path("own.key"), bench.path("other.key"))
        let authority = try await keep("own.pem", ["authority", "new", own])
        _ = try await keep("other.pem", ["authority", "new", other])
        let key = try await keep("bank.pem", ["provider", "keys", "card-key"] + vault)
        #expect(try await read(keep("again.pem", ["provider", "keys", "card-key"] + vault)) == read(key))
        func certificate(_ authority: String) async throws -> String {
            let run = await bench.run(["authority", "certify", key, "--authority", authority, "--subject", "Bank"])
            #expect(run.status == 0, "\(run.everything)")
            return run.text
        }
        let good = try await certificate(own)
        #expect(good.hasPrefix("7F21"))
        func imports(_ certificate: String) async -> Int32 {
            await bench.run(
                ["provider", "keys", "import-certificate", certificate, "--authority", authority] + vault
            ).status
        }
        #expect(await imports(try certificate(other)) == 1)
        #expect(await imports(String(good.dropLast(2)) + "00") != 0)
        #expect(await imports(good) == 0)
        let long = ["authority", "certify", key, "--authority", own, "--subject", "A name of seventeen"]
        #expect(await bench.run(long).status == 2)
    }

    @Test("a new card's controlling authority is personalized; a configuration without one, or a wrong key, is refused")
    func cards() async throws {
        let key = bench.path("ca.key")
        let publicKey = try await keep("ca.pem", ["authority", "new", key])
        let options = ["--test-keys", "--configuration", "embedded-third-party", "--authority"]
        let card = try await bench.card("with.card", options + [key])
        let listed = await bench.run(["card", "inspect", card])
        #expect(listed.status == 0, "\(listed.everything)")
        let absent = await bench.run(["card", "new", bench.path("no.card"), "--test-keys", "--authority", key])
        #expect(absent.status != 0)
        #expect(absent.everything.contains("no controlling authority"))
        #expect(!FileManager.default.fileExists(atPath: bench.path("no.card")))
        let wrong = await bench.run(["card", "new", bench.path("no.card")] + options + [publicKey])
        #expect(wrong.status != 0)
    }
}
