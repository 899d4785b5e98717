import Foundation
import SeneschalAPI
import Testing

@Suite("seneschal gp and keys")
struct KeyTests {
    @Test("keys come from the file that `card new` wrote")
    func file() async throws {
        let bench = try Workbench()
        let card = try await bench.card("b.card", [])
        await bench.done("list", "--card", card, "--keys", card + ".keys")
    }

    @Test("wrong keys end with status 5, say what fits, and burn no try")
    func wrong() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        _ = try await bench.card("b.card", [])
        for _ in 0..<3 {
            let run = await bench.gp("list", "--card", card, "--keys", bench.path("b.card.keys"))
            #expect(run.status == 5)
            #expect(run.everything.contains("EXTERNAL AUTHENTICATE was not sent"))
            #expect(run.everything.contains("Next step: the same command with --test-keys"))
        }
        await bench.done("list", "--card", card, "--test-keys")
    }

    @Test("after five attempts with wrong keys the next one is held back with status 7, until it is forced")
    func withheld() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        _ = try await bench.card("b.card", [])
        let wrong = bench.path("b.card.keys")
        for _ in 0..<5 { #expect(await bench.gp("list", "--card", card, "--keys", wrong).status == 5) }
        #expect(await bench.gp("list", "--card", card, "--test-keys").status == 7)
        let status = await bench.done("status", "--card", card)
        #expect(status.text.contains("5 mismatches"))
        await bench.done("list", "--card", card, "--test-keys", "--force-authentication")
        #expect(await bench.done("status", "--card", card).text == "Nothing is unfinished.")
    }

    @Test("a failure in JSON names status, message and next step")
    func failure() async throws {
        let bench = try Workbench()
        let card = try await bench.card("b.card", [])
        let run = await bench.gp("list", "--card", card, "--test-keys", "--json")
        let error = try run.json()["error"]
        #expect(error?["kind"] == "wrong-keys")
        #expect(error?["status"] == 5)
        #expect(error?["message"]?.string?.contains("key set 01") == true)
    }

    @Test("verify tells that keys fit without authenticating")
    func verify() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.done("keys", "verify", "--card", card, "--test-keys")
        #expect(run.text.contains("version 01, SCP03 i=70"))
        #expect(run.text.contains("No try was burnt"))
        let json = try await bench.done("keys", "verify", "--card", card, "--test-keys", "--json").json()
        #expect(json["keyVersion"] == "01")
        #expect(json["diversification"] == "none")
    }

    @Test("a key in an argument is refused, with the reason, unless it may be seen")
    func visible() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let key = "404142434445464748494A4B4C4D4E4F"
        let run = await bench.gp("list", "--card", card, "--key", key)
        #expect(run.status == 2)
        #expect(run.everything.contains("--force-visible-keys"))
        #expect(!run.everything.contains(key))
        await bench.done("list", "--card", card, "--key", key, "--force-visible-keys")
        await bench.done("list", "--card", card, "--key", "\(key):\(key):\(key)", "--force-visible-keys")
    }

    @Test("a keys file that others can read is refused")
    func permissions() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let keys = try bench.write("open.keys", #"{"key":"404142434445464748494A4B4C4D4E4F"}"#, mode: 0o644)
        let run = await bench.gp("list", "--card", card, "--keys", keys)
        #expect(run.status == 1)
        #expect(run.everything.contains("chmod 600"))
    }

    @Test("a keys file serves the security domain and the version that it names, and no other")
    func domains() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let key = "404142434445464748494A4B4C4D4E4F"
        let other = "505152535455565758595A5B5C5D5E5F"
        let keys = try bench.write(
            "many.keys",
            """
            {"keySets":[{"securityDomain":"A0000001515350410001","key":"\(other)"},
            {"securityDomain":"A000000151000000","version":"30","key":"\(other)"},
            {"securityDomain":"A000000151000000","version":"01","key":"\(key)"}]}
            """)
        await bench.done("list", "--card", card, "--keys", keys)
        let foreign = try bench.write(
            "foreign.keys", #"{"keySets":[{"securityDomain":"A0000001515350410001","key":"\#(key)"}]}"#)
        let run = await bench.gp("list", "--card", card, "--keys", foreign)
        #expect(run.status == 2)
        #expect(run.everything.contains("has no key set version 01 of A000000151000000"))
    }

    @Test("the keys file of a card with many security domains opens each of them")
    func configuration() async throws {
        let bench = try Workbench()
        let card = try await bench.card("uicc.card", ["--configuration", "uicc"])
        let list = try await bench.done("list", "--card", card, "--keys", card + ".keys", "--json").json()
        let domains = (list["applications"]?.elements ?? []).filter {
            $0["privileges"]?.elements?.contains("SecurityDomain") == true
        }
        #expect(domains.count >= 2)
        for domain in domains {
            await bench.done("list", "--card", card, "--keys", card + ".keys", "--sd", domain["aid"]?.string ?? "")
        }
    }

    @Test("search names the key sets that fit, and ends with status 5 when none does")
    func search() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let candidates = try bench.write(
            "candidates.keys",
            """
            {"keySets":[{"key":"505152535455565758595A5B5C5D5E5F"},{"key":"404142434445464748494A4B4C4D4E4F"}]}
            """)
        let json = try await bench.done("keys", "search", "--keys", candidates, "--card", card, "--json").json()
        #expect(json["matches"]?[0]?["keyVersion"] == "01")
        #expect(json["matches"]?[0]?["keys"]?.string == "set 2 of \(candidates)")
        _ = try await bench.card("b.card", [])
        let none = await bench.gp("keys", "search", "--keys", bench.path("b.card.keys"), "--card", card)
        #expect(none.status == 5)
        await bench.done("keys", "verify", "--test-keys", "--card", card)
    }

    @Test("a protocol that the key set is not of is refused before anything is authenticated")
    func wrongProtocol() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.gp("list", "--card", card, "--test-keys", "--scp", "02")
        #expect(run.status == 1)
        #expect(run.everything.contains("key set 01 is of SCP03, not SCP02"))
        await bench.done("list", "--card", card, "--test-keys", "--scp", "03")
    }

    @Test("a file that is no keys file is refused without a byte of it in the message")
    func malformed() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let keys = try bench.write("bad.keys", #"{"enc":"404142","mac":"zz"}"#)
        let run = await bench.gp("list", "--card", card, "--keys", keys)
        #expect(run.status == 1)
        #expect(!run.everything.contains("404142"))
    }

    @Test("keys are asked for without an echo; nobody to ask is an error that names the options")
    func prompt() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let key = "404142434445464748494A4B4C4D4E4F"
        let run = await bench.done("list", "--card", card, answers: [key, "", ""])
        #expect(run.messages.contains("Key-ENC of A000000151000000, version 01 in hex (or ENC:MAC:DEK): "))
        #expect(!run.everything.contains(key))
        let nobody = await bench.gp("list", "--card", card)
        #expect(nobody.status == 2)
        #expect(nobody.everything.contains("--keys FILE"))
        #expect(await bench.gp("list", "--card", card, answers: []).status == 2)
    }

    @Test("keys are put beside the others, listed, used, and deleted when that is confirmed")
    func put() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let new = bench.path("new.keys")
        let run = await bench.done("keys", "put", "--new-version", "30", "--random", new, "--card", card, "--test-keys")
        #expect(run.text.contains("version 30"))
        let mode = try FileManager.default.attributesOfItem(atPath: new)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(await bench.done("keys", "list", "--card", card).output.count == 6)
        await bench.done("list", "--card", card, "--keys", new, "--key-version", "30")
        let asked = await bench.gp(
            "keys", "delete", "--version", "30", "--card", card, "--test-keys", "--key-version", "01")
        #expect(asked.status == 2)
        #expect(asked.everything.contains("--yes"))
        let typed = await bench.gp(
            "keys", "delete", "--version", "30", "--card", card, "--test-keys", "--key-version", "01", answers: ["no"])
        #expect(typed.status == 1)
        #expect(await bench.done("keys", "list", "--card", card).output.count == 6)
        await bench.done(
            "keys", "delete", "--version", "30", "--card", card, "--test-keys", "--key-version", "01",
            answers: ["delete"])
        #expect(await bench.done("keys", "list", "--card", card).output.count == 3)
    }

    @Test("random keys are not made when the card does not take them")
    func orphans() async throws {
        let bench = try Workbench()
        let card = try await bench.card("b.card", [])
        let new = bench.path("new.keys")
        #expect(
            await bench.gp("keys", "put", "--new-version", "30", "--random", new, "--card", card, "--test-keys").status
                == 5)
        #expect(
            await bench.gp(
                "keys", "rotate", "--from", "01", "--to", "02", "--random", new, "--card", card, "--test-keys"
            )
            .status == 5)
        #expect(!FileManager.default.fileExists(atPath: new))
    }

    @Test("a rotation ends with the new keys alone on the card; the old ones are wrong then")
    func rotate() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let new = bench.path("new.keys")
        let run = await bench.done(
            "keys", "rotate", "--from", "01", "--to", "02", "--random", new, "--card", card, "--test-keys", "--json")
        #expect(try run.json()["old"] == "deleted")
        #expect(await bench.done("keys", "list", "--card", card).text.contains("version 01") == false)
        #expect(await bench.gp("list", "--card", card, "--test-keys").status == 5)
        await bench.done("list", "--card", card, "--keys", new)
        let state = await bench.done(
            "keys", "recover", "--examine", "--from", "01", "--to", "02", "--new-keys", new, "--card", card,
            "--test-keys")
        #expect(state.output == ["old  absent", "new  verified"])
        let nothing = await bench.gp(
            "keys", "recover", "--from", "01", "--to", "02", "--new-keys", new, "--card", card, "--test-keys")
        #expect(nothing.status == 1)
        #expect(nothing.everything.contains("no rotation was cut off"))
    }

    @Test("diversify writes a card's keys to a file and prints check values only")
    func diversify() async throws {
        let bench = try Workbench()
        let master = try bench.write("master.keys", #"{"key":"404142434445464748494A4B4C4D4E4F"}"#)
        let made = bench.path("card.keys")
        let run = await bench.done(
            "diversify", "--keys", master, "--diversification", "kdf3", "--kdd", "00010203040506070809", "--output",
            made)
        #expect(run.text.contains("encCheckValue"))
        // A card with the diversified keys is opened by the master key and its diversification data.
        let text = try String(contentsOfFile: made, encoding: .utf8)
        let enc = try #require(text.firstMatch(of: /"enc":"([0-9A-F]+)"/)?.1)
        #expect(!run.everything.contains(enc))
        let wrong = await bench.gp("diversify", "--keys", master, "--kdd", "0001")
        #expect(wrong.status == 2)
    }

    @Test("a master key opens a card whose keys follow from it, and the error names the diversification that fits")
    func diversified() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let master = try bench.write("master.keys", #"{"key":"000102030405060708090A0B0C0D0E0F"}"#)
        await bench.done(
            "keys", "put", "--new-version", "02", "--new-keys", master, "--new-diversification", "kdf3", "--card", card,
            "--test-keys")
        await bench.done(
            "list", "--card", card, "--keys", master, "--diversification", "kdf3", "--key-version", "02")
        let run = await bench.gp("list", "--card", card, "--keys", master, "--key-version", "02")
        #expect(run.status == 5)
        #expect(run.everything.contains("Next step: the same command with --diversification kdf3"))
    }
}
