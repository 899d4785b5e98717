import CardCryptography
import SeneschalAPI
import Testing

@Suite("seneschal gp signs")
struct SignatureTests {
    @Test("a token is signed over the command as --dry-run prints it, bound to a number, and verified")
    func token() async throws {
        let bench = try Workbench()
        let keys = try bench.keyPair()
        let commands = try await bench.done("install", LoadFiles.small, "--dry-run", "--json").json()["commands"]
        let load = try #require(commands?[0]?["apdu"]?.string)
        let signed = try await bench.done(
            "token", "sign", "--apdu", load, "--private-key", keys.privateKey, "--number", "7", "--json"
        ).json()
        let apdu = try #require(signed["apdu"]?.string)
        let verified = await bench.done("token", "verify", "--apdu", apdu, "--public-key", keys.publicKey, "--json")
        #expect(try verified.json()["isValid"] == true)
        #expect(try verified.json()["number"] == 7)
        // Another package under the same token.
        let altered = apdu.replacing("F053454E45534348414C4901", with: "F053454E45534348414C4902")
        let refused = await bench.gp("token", "verify", "--apdu", altered, "--public-key", keys.publicKey)
        #expect(refused.status == 1)
        #expect(refused.everything.contains("does not fit"))
        #expect(await bench.gp("token", "verify", "--apdu", load, "--public-key", keys.publicKey).status == 1)
    }

    @Test("no token stands in a command that takes none")
    func noToken() async throws {
        let bench = try Workbench()
        let keys = try bench.keyPair()
        let run = await bench.gp("token", "sign", "--apdu", "80F28002024F00", "--private-key", keys.privateKey)
        #expect(run.status == 2)
        #expect(run.everything.contains("--dry-run"))
    }

    @Test("a load file is signed for a security domain, and the signature fits no other file")
    func dap() async throws {
        let bench = try Workbench()
        let keys = try bench.keyPair()
        let dap = try await bench.done(
            "dap", "sign", LoadFiles.small, "--sd", "A0000001515350410001", "--private-key", keys.privateKey, "--json"
        ).json()["dap"]?.string
        let pattern = try #require(dap)
        #expect(pattern.hasPrefix("A0000001515350410001:"))
        await bench.done("dap", "verify", LoadFiles.small, "--dap", pattern, "--public-key", keys.publicKey)
        let other = await bench.gp("dap", "verify", LoadFiles.large, "--dap", pattern, "--public-key", keys.publicKey)
        #expect(other.status == 1)
        let hash = await bench.gp(
            "dap", "verify", LoadFiles.small, "--dap", pattern, "--hash", "sha1", "--public-key", keys.publicKey)
        #expect(hash.status == 1)
        let preview = await bench.done("install", LoadFiles.small, "--dry-run", "--hash", "sha256", "--dap", pattern)
        #expect(preview.status == 0)
    }

    @Test("a private key that others can read is not used; a public one is no private one")
    func privateKeys() async throws {
        let bench = try Workbench()
        let keys = try bench.keyPair()
        let pem = ECPrivateKey.generate(.p256).pem.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let open = try bench.write("open.pem", pem, mode: 0o644)
        let sign = ["dap", "sign", LoadFiles.small, "--sd", "A0000001515350410001", "--private-key"]
        let refused = await bench.run(["gp"] + sign + [open])
        #expect(refused.status == 1)
        #expect(refused.everything.contains("chmod 600"))
        #expect(await bench.run(["gp"] + sign + [keys.publicKey]).status == 2)
    }
}

extension Workbench {
    /// Files with a new key pair on P-256.
    func keyPair() throws -> (privateKey: String, publicKey: String) {
        let key = ECPrivateKey.generate(.p256)
        let pem = key.pem.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        return (try write("key.pem", pem), try write("key.pub.pem", key.publicKey.pem))
    }
}
