import CardLink
import CardManagement
import Foundation
import SeneschalAPI
import Testing

@Suite("seneschal gp changes a card")
struct ContentTests {
    private static let package = "F053454E45534348414C4901"
    private static let application = "F053454E45534348414C490101"

    @Test("a CAP file is installed with its module, and deleted with --with-applications")
    func install() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.done("install", LoadFiles.small, "--card", card, "--test-keys")
        #expect(
            run.output == ["Package \(Self.package) is loaded.", "Application \(Self.application) is installed."])
        #expect(run.messages.last == "Loading \(Self.package): 100 % of 149 bytes")
        await bench.done("apdu", "--card", card, "00A404000D\(Self.application)")
        let twice = await bench.gp("install", LoadFiles.small, "--card", card, "--test-keys")
        #expect(twice.status == 1)
        #expect(twice.everything.contains("on the card already"))
        let refused = await bench.gp("delete", Self.package, "--card", card, "--test-keys")
        #expect(refused.status == 1)
        #expect(refused.everything.contains("6985"))
        #expect(refused.everything.contains("--with-applications"))
        await bench.done("delete", Self.package, "--with-applications", "--card", card, "--test-keys")
        let list = await bench.done("list", "--card", card, "--test-keys")
        #expect(!list.text.contains(Self.package))
    }

    @Test("of several modules one is named, or all are wanted")
    func modules() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let asked = await bench.gp("install", LoadFiles.large, "--card", card, "--test-keys")
        #expect(asked.status == 2)
        #expect(asked.everything.contains("--all-modules"))
        let run = await bench.done(
            "install", LoadFiles.large, "--module", "F053454E45534348414C490202", "--as", "F053454E45534348414CAA",
            "--card", card, "--test-keys", "--json")
        #expect(try run.json()["applications"] == ["F053454E45534348414CAA"])
        let second = await bench.done(
            "install", "--package", "F053454E45534348414C4902", "--module", "F053454E45534348414C490201", "--card",
            card,
            "--test-keys")
        #expect(second.output == ["Application F053454E45534348414C490201 is installed."])
    }

    @Test("--dry-run prints the commands and needs neither card nor keys")
    func preview() async throws {
        let bench = try Workbench()
        let json = try await bench.done("install", LoadFiles.small, "--dry-run", "--hash", "sha256", "--json").json()
        #expect(json["commands"]?[0]?["apdu"]?.string?.hasPrefix("80E60200310CF053454E45534348414C49010020") == true)
        #expect(json["commands"]?[1]?["name"]?.string == "INSTALL \(Self.application)")
    }

    @Test("an interrupted installation is on record, completed by the same command, or rolled back")
    func interrupted() async throws {
        let bench = try Workbench()
        let card = try await bench.card("a.card", ["--test-keys", "--cin", "0102030405060708"])
        let none = await bench.gp("install", LoadFiles.small, "--resume", "--card", card, "--test-keys")
        #expect(none.status == 1)
        #expect(none.everything.contains("no interrupted installation"))
        try bench.interrupt(Self.package, card: "cin-53454E45-0102030405060708")
        let status = await bench.done("status", "--card", card)
        #expect(status.text.contains("the installation of \(Self.package) was interrupted (loading)"))
        #expect(try await bench.done("status", "--all", "--json").json()["unfinished"]?[0]?["kind"] == "installation")
        await bench.done("install", LoadFiles.small, "--resume", "--card", card, "--test-keys")
        #expect(await bench.done("status", "--card", card).text == "Nothing is unfinished.")
        try bench.interrupt(Self.package, card: "cin-53454E45-0102030405060708")
        await bench.done("install", "--package", Self.package, "--roll-back", "--card", card, "--test-keys")
        #expect(!(await bench.done("list", "--card", card, "--test-keys")).text.contains(Self.package))
    }

    @Test("a card that goes away in the middle of a load and comes back is loaded in the same command")
    func lost() async throws {
        let bench = try Workbench()
        let card = FickleCard(try CardFile.open(try await bench.card()).card(), leavesAtLoad: 5)
        let port = try await card.serve()
        let run = await bench.gp(
            "install", LoadFiles.large, "--all-modules", "--test-keys", "--json", "--vpcd", "127.0.0.1:\(port)")
        await card.stop()
        #expect(run.status == 0, "\(run.everything)")
        #expect(try run.json()["reconnections"] == 1)
        #expect(try run.json()["wasResumed"] == true)
        #expect(run.messages.contains { $0.hasPrefix("Lost: ") && $0.contains("Put the card back") })
        let inventory = await bench.run(["card", "inspect", bench.path("my.card")])
        #expect(inventory.text.contains("App F053454E45534348414C490201"))
        #expect(inventory.text.contains("App F053454E45534348414C490202"))
    }

    @Test("a file that is no CAP file is a mistake in the arguments")
    func noCAP() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let file = try bench.write("broken.cap", "no load file")
        let run = await bench.gp("install", file, "--card", card, "--test-keys")
        #expect(run.status == 2)
        #expect(run.everything.contains("broken.cap is no load file"))
        #expect(await bench.gp("install", bench.path("absent.cap"), "--card", card, "--test-keys").status == 2)
    }

    @Test("applications are locked and unlocked; the card too, when that is confirmed")
    func locks() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        await bench.done("install", LoadFiles.small, "--card", card, "--test-keys")
        await bench.done("lock", Self.application, "--card", card, "--test-keys")
        #expect(await bench.gp("apdu", "--card", card, "00A404000D\(Self.application)").status == 1)
        await bench.done("unlock", Self.application, "--card", card, "--test-keys")
        #expect(await bench.gp("apdu", "--card", card, "00A404000D\(Self.application)").status == 0)
        #expect(await bench.gp("lock", "card", "--card", card, "--test-keys").status == 2)
        await bench.done("lock", "card", "--card", card, "--test-keys", answers: ["lock"])
        #expect(await bench.done("info", "--card", card).text.contains("isLocked              true"))
        await bench.done("unlock", "card", "--card", card, "--test-keys")
        #expect(!(await bench.done("info", "--card", card)).text.contains("isLocked"))
    }

    @Test("a card is terminated only with a word typed or --yes")
    func terminate() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        #expect(await bench.gp("terminate", "--card", card, "--test-keys").status == 2)
        #expect(await bench.gp("terminate", "--card", card, "--test-keys", answers: ["yes"]).status == 1)
        #expect(
            try await bench.done("list", "--card", card, "--test-keys", "--json").json()["issuerSecurityDomain"]?[
                "state"] == "SECURED")
        await bench.done("terminate", "--card", card, "--test-keys", "--yes")
        #expect(await bench.gp("list", "--card", card, "--test-keys").status == 1)
    }

    @Test("a security domain is created, gets keys, an application, and stands in the tree")
    func domain() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let domain = "A0000001515350410001"
        let keys = bench.path("sd.keys")
        await bench.done("domain", "create", domain, "--scp-parameters", "0370", "--card", card, "--test-keys")
        await bench.done(
            "keys", "put", "--sd", domain, "--new-version", "30", "--random", keys, "--card", card, "--test-keys")
        await bench.done("install", LoadFiles.small, "--card", card, "--test-keys")
        await bench.done("extradite", Self.application, "--to", domain, "--card", card, "--test-keys")
        let list = await bench.done("list", "--sd", domain, "--keys", keys, "--card", card, "--json")
        let applications = try #require(try list.json()["applications"]?.elements)
        #expect(applications.contains { $0["aid"]?.string == Self.application })
        let twice = await bench.gp("domain", "create", domain, "--card", card, "--test-keys")
        #expect(twice.status == 1)
        let privileges = await bench.gp(
            "domain", "create", "A0000001515350410002", "--privileges", "Nonsense", "--card", card, "--test-keys")
        #expect(privileges.status == 2)
    }

    @Test("an application is made selectable later")
    func later() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        await bench.done("install", LoadFiles.small, "--not-selectable", "--card", card, "--test-keys")
        #expect(await bench.gp("apdu", "--card", card, "00A404000D\(Self.application)").status == 1)
        await bench.done("make-selectable", Self.application, "--card", card, "--test-keys")
        await bench.done("apdu", "--card", card, "00A404000D\(Self.application)")
    }

    @Test("privileges are changed in the registry by a security domain that may")
    func update() async throws {
        let bench = try Workbench()
        let card = try await bench.card(
            "my.card", ["--configuration", "embedded-third-party", "--without-mandated-dap"])
        let central = "F053454E45534348414C43530001"
        let channel = ["--sd", central, "--card", card, "--keys", card + ".keys"]
        let install = await bench.run(["gp", "install", LoadFiles.small] + channel)
        #expect(install.status == 0, "\(install.everything)")
        #expect(await bench.run(["gp", "update", Self.application] + channel).status == 2)
        let run = await bench.run(["gp", "update", Self.application, "--privileges", "CardReset"] + channel)
        #expect(run.status == 0, "\(run.everything)")
        let list = await bench.run(["gp", "list", "--json"] + channel)
        let entry = try list.json()["applications"]?.elements?.first { $0["aid"]?.string == Self.application }
        #expect(entry?["privileges"] == ["CardReset"])
    }

    @Test("commands that take a token are printed by --dry-run as they would be sent")
    func dryRuns() async throws {
        let bench = try Workbench()
        let runs = [
            (["delete", Self.package], "80E400000E4F0CF053454E45534348414C490100"),
            (["extradite", Self.application, "--to", "A000000151000000"], "80E61000"),
            (["make-selectable", Self.application], "80E60800"),
            (["update", Self.application, "--privileges", "000000"], "80E64000"),
            (["domain", "create", "A0000001515350410001"], "80E60C00"),
        ]
        for (arguments, beginning) in runs {
            let run = await bench.run(["gp"] + arguments + ["--dry-run", "--json"])
            #expect(run.status == 0, "\(run.everything)")
            #expect(try run.json()["apdu"]?.string?.hasPrefix(beginning) == true, "\(run.text)")
        }
    }

    @Test("a package under a domain with DAP verification needs the domain's signature, and the right one")
    func dap() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let domain = "A0000001515350410001"
        let keys = bench.path("sd.keys")
        let pair = try bench.keyPair()
        await bench.done("domain", "create", domain, "--privileges", "DAPVerification", "--card", card, "--test-keys")
        await bench.done(
            "keys", "put", "--sd", domain, "--new-version", "30", "--random", keys, "--card", card, "--test-keys")
        await bench.done(
            "keys", "put", "--sd", domain, "--new-version", "73", "--public-key", pair.publicKey, "--card", card,
            "--keys", keys, "--key-version", "30")
        let install = [
            "gp", "install", LoadFiles.small, "--hash", "sha256", "--to", domain, "--card", card, "--test-keys",
        ]
        #expect(await bench.run(install).status == 1)
        let other = try await bench.done(
            "dap", "sign", LoadFiles.large, "--sd", domain, "--private-key", pair.privateKey, "--json"
        ).json()["dap"]?.string
        #expect(await bench.run(install + ["--dap", try #require(other)]).status == 1)
        let dap = try await bench.done(
            "dap", "sign", LoadFiles.small, "--sd", domain, "--private-key", pair.privateKey, "--json"
        ).json()["dap"]?.string
        let run = await bench.run(install + ["--dap", try #require(dap)])
        #expect(run.status == 0, "\(run.everything)")
    }

    @Test("store-data writes data objects; malformed ones never reach the card")
    func storeData() async throws {
        let bench = try Workbench()
        let card = try await bench.card()
        let run = await bench.done("store-data", "--structure", "tlv", "4204AABBCCDD", "--card", card, "--test-keys")
        #expect(run.text == "6 bytes are stored.")
        let bad = await bench.gp("store-data", "--structure", "tlv", "4205AABBCCDD", "--card", card, "--test-keys")
        #expect(bad.status == 2)
        #expect(await bench.gp("store-data", "--card", card, "--test-keys").status == 2)
    }
}

extension Workbench {
    /// Leaves the record of an installation that began and was cut off.
    func interrupt(_ package: String, card: String) throws {
        let record = #"{"package":"\#(package)","digest":"00","phase":"loading","applications":[],"loadsPackage":true}"#
        let key = try #require(JournalKey(rawValue: "install.\(card).\(package)"))
        try FileManagementJournal(state + "/cards").write(Array(record.utf8), at: key)
    }
}
