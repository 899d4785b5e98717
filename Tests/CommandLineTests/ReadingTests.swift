import SeneschalAPI
import Testing

@Suite("seneschal gp reads a card")
struct ReadingTests {
    @Test("info tells identity, protocol and keys without any key")
    func info() async throws {
        let bench = try Workbench()
        let card = try await bench.card("a.card", ["--test-keys", "--cin", "0102030405060708"])
        let run = await bench.done("info", "--card", card)
        #expect(run.output.first == "securityDomain        A000000151000000")
        #expect(run.text.contains("SCP03 i=70"))
        #expect(run.text.contains("version 01 key 02: AES, 16 bytes"))
        let json = try await bench.done("info", "--card", card, "--json").json()
        #expect(json["card"] == "cin-53454E45-0102030405060708")
        #expect(
            json["keys"]?[0] == ["version": "01", "identifier": "01", "components": [["type": "AES", "bytes": 16]]])
    }

    @Test("info of a security domain that is not there is refused with status 1")
    func missing() async throws {
        let bench = try Workbench()
        let run = await bench.gp("info", "--card", try await bench.card(), "--sd", "F0F1F2F3F4")
        #expect(run.status == 1)
        #expect(run.everything.contains("SELECT was refused with 6A82"))
        #expect(run.everything.contains("Next step: `seneschal gp list`"))
    }

    @Test("list shows the registry as a tree, and flat in JSON")
    func list() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.done("list", "--card", card, "--test-keys")
        #expect(run.output.first?.hasPrefix("ISD A000000151000000  SECURED") == true)
        #expect(run.output.contains { $0.hasPrefix("├─ Pkg A0000001515350  LOADED  version 1.0") })
        let json = try await bench.done("list", "--card", card, "--test-keys", "--json").json()
        #expect(json["issuerSecurityDomain"]?["state"] == "SECURED")
        #expect(json["packages"]?[0]?["modules"] == ["A000000151535041"])
    }

    @Test("every security level lists the same", arguments: ["mac", "mac-enc", "rmac", "mac-enc-rmac", "full"])
    func levels(_ level: String) async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let strongest = await bench.done("list", "--card", card, "--test-keys")
        let run = await bench.done("list", "--card", card, "--test-keys", "--security", level)
        #expect(run.output == strongest.output)
    }

    @Test("apdu sends bare commands, and wraps them with --secure")
    func apdu() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let bare = await bench.done("apdu", "--card", card, "00A4040000", "80CA00E000")
        #expect(bare.output.count == 4)
        #expect(bare.output[3] == "< E012C00401018810C00402018810C00403018810 9000")
        let refused = await bench.gp("apdu", "--card", card, "80F28002024F00")
        #expect(refused.status == 1)
        let wrapped = await bench.done("apdu", "--card", card, "--test-keys", "--secure", "80F28002024F0000", "--json")
        #expect(try wrapped.json()["exchanges"]?[0]?["statusWord"] == "9000")
    }

    @Test("apdu stops at the first refusal, prints what was answered, and goes on when told to")
    func refusal() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let stopped = await bench.gp("apdu", "--card", card, "00A4040000", "80FE0000", "80CA006600")
        #expect(stopped.status == 1)
        #expect(stopped.output.count == 4)
        #expect(stopped.output.last == "< 6D00")
        let whole = await bench.gp("apdu", "--card", card, "--go-on", "00A4040000", "80FE0000", "80CA006600")
        #expect(whole.status == 1)
        #expect(whole.output.count == 6)
    }

    @Test("apdu takes a script, and names the line that is no command")
    func script() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let good = try bench.write("good.txt", "# identity\n00 A4 04 00 00\n\n80CA0042 00  # IIN\n")
        #expect(await bench.done("apdu", "--card", card, "--script", good).output.count == 4)
        let bad = try bench.write("bad.txt", "00A4040000\n80CA\n")
        let run = await bench.gp("apdu", "--card", card, "--script", bad)
        #expect(run.status == 2)
        #expect(run.everything.contains("line 2"))
    }

    @Test("--apdus shows what passes on standard error, in front of the same answer")
    func trace() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.done("info", "--card", card, "--apdus")
        #expect(run.messages.first == "> 00A40400 Le 256")
        #expect(run.output == (await bench.done("info", "--card", card)).output)
    }

    @Test("a card that nobody serves is no card, and the next step says how to serve one")
    func vpcd() async throws {
        let bench = try Workbench()
        let run = await bench.gp("info", "--vpcd", "127.0.0.1:1")
        #expect(run.status == 6)
        #expect(run.everything.contains("card serve my.card --reverse --port 1"))
    }
}
