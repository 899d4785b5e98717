import EMV
import Foundation
import Testing

@Suite("What wallet, issuers, central TSM and telephones tell")
struct LeakTests {
    @Test("a number is found in each of the ways in which it could be written, and another number is not")
    func control() throws {
        let expiry = try #require(CardExpiry(printed: "12/30"))
        let needle = Needle(try PrimaryAccountNumber("4761739001010010"), expiry: expiry)
        let other = Needle(try PrimaryAccountNumber("4761739001760010"), expiry: expiry)
        #expect(needle.forms.count > 100)
        let noise = (0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
        #expect(needle.found(in: noise).isEmpty)
        for form in needle.forms {
            let planted = noise + form.bytes + noise
            #expect(needle.found(in: planted).contains(form.name))
            #expect(other.found(in: planted).isEmpty, "\(form.name)")
        }
        // As the libraries of this house write it, wherever it begins.
        for before in 0..<4 {
            let bytes = [UInt8](repeating: 0xA7, count: before) + Array("4761739001010010".utf8) + [0x5F, 0x24]
            let text = Data(bytes).base64EncodedString()
            #expect(!needle.found(in: Array(text.utf8)).isEmpty, "\(before)")
            #expect(!needle.found(in: Array("\(bytes.map { "\($0)" }.joined(separator: ","))".utf8)).isEmpty)
        }
        #expect(Needle.isWord("271828", in: Array(#"{"oneTimePassword":"271828"}"#.utf8)))
        #expect(!Needle.isWord("271828", in: Array("a271828 2718281 é".utf8)))
    }

    @Test(
        "no card number is in any database, vault, log, card or message between the parties, and no password, session or one-time password in what they keep"
    )
    func wholeStory() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let evidence = try await WalletStory(in: folder).tell()
        try expectThatItWasHeard(evidence)
        for (number, expiry) in evidence.numbers {
            let needle = Needle(number, expiry: expiry)
            for (name, bytes) in evidence.kept { #expect(needle.found(in: bytes) == [], "\(number) in \(name)") }
            for (name, texts) in evidence.said {
                for text in texts { #expect(needle.found(in: text) == [], "\(number) on the way \(name)") }
            }
            // Where one word has been planted the same search finds it.
            for form in needle.forms.shuffled().prefix(3) {
                let planted = try #require(evidence.kept["log"]) + form.bytes
                #expect(needle.found(in: planted).contains(form.name))
            }
        }
        for (secret, text) in evidence.secrets {
            let needle = Needle(text)
            for (name, bytes) in evidence.kept { #expect(needle.found(in: bytes) == [], "\(secret) in \(name)") }
        }
        for password in evidence.oneTimePasswords {
            for (name, bytes) in evidence.kept {
                #expect(!Needle.isWord(password, in: bytes), "a one-time password in \(name)")
            }
        }
    }

    /// The search finds nothing only where there is something to search.
    private func expectThatItWasHeard(_ evidence: WalletStory.Evidence) throws {
        #expect(evidence.numbers.count == 2 && evidence.oneTimePasswords.count == 1 && evidence.secrets.count == 5)
        let ways = [
            "old telephone → wallet": "/wallet/v1/", "new telephone → wallet": "/wallet/v1/",
            "wallet → harbour-bank": "/issuer/v1/verifications", "wallet → tide-bank": "/issuer/v1/verifications",
            "new telephone → harbour-bank": "/issuer/v1/device-bindings", "wallet → tsm": "/tsm/v1/",
            "agents → tsm": "/networks/", "terminal → wallet": "/acquirer/v1/", "operator → tsm": "/operator/v1/",
        ]
        for (way, word) in ways {
            let said = try #require(evidence.said[way], "\(way)")
            #expect(said.contains { Needle.isFound(Array(word.utf8), in: $0) }, "\(way)")
        }
        #expect((evidence.said["cards"] ?? []).count > 100)
        let files = [
            "tsm/seneschal.sqlite", "tsm/seneschal.sqlite-wal", "tsm/vault", "wallet/wallet.sqlite",
            "wallet/wallet.sqlite-wal", "wallet/wallet.vault", "wallet/provider.vault",
            "wallet/harbour-bank/issuer.sqlite", "wallet/harbour-bank/vault", "wallet/tide-bank/issuer.sqlite",
        ]
        for file in files { #expect((evidence.kept["\(file), open"] ?? []).count > 100, "\(file)") }
        #expect(evidence.kept["wallet/wallet.sqlite, closed"] != nil)
        #expect(evidence.kept.keys.count { $0.hasPrefix("memory of the card") } == 2)
        // What may be told is: so it is the story's own.
        func tells(_ name: String, _ word: String) -> Bool {
            Needle.isFound(Array(word.utf8), in: evidence.kept[name] ?? [])
        }
        #expect(tells("log", "/acquirer/v1/"))
        #expect(tells("log", "/issuer/v1/verifications"))
        #expect(tells("wallet/wallet.sqlite, closed", "Tide Credit"))
    }
}
