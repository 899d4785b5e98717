import ArgumentParser
import CardCryptography
import Foundation
import ISO4217
import Instructions
import JOSE
import SeneschalAPI
import Testing

@testable import seneschal

@Suite("The command line of seneschal merchant offer report")
struct OfferReportCommandTests {
    private static let use = [
        "--merchant", "mrc_1", "--key-name", "quay-till", "--coupon", "cpn_1", "--presentation", "shown",
        "--first-user", "usr_1", "--function", "purchase",
    ]

    @Test("signs what was used with the merchant's key, so that the platform believes it")
    func signs() throws {
        let bench = try Workbench()
        let key = ECPrivateKey.generate(.p256)
        let file = try bench.write("quay.pem", String(decoding: key.pem.revealed(), as: UTF8.self))
        let options = try UsageReportOptions.parse(
            Self.use + [
                "--key", file, "--amount", "2000", "--currency", "EUR", "--use", "sale-7", "--at", "1795780700",
            ])
        let signed = try options.report(to: "quay-market", at: 1_795_780_800).signed(with: options.signingKey())
        let reader = StatementReader(audience: "quay-market", now: 1_795_780_801)
        let report: UsageReport = try reader.read(signed) { $0 == "quay-till" ? ("mrc_1", key.publicKey) : nil }
        #expect(report.jti == "sale-7" && report.at == 1_795_780_700 && report.amount == 2_000)
        #expect(report.coupon == "cpn_1" && report.presentation == "shown" && report.firstUser == "usr_1")
        #expect(report.function == "purchase" && report.currency?.code == "EUR")
        // A name and a time of its own where none was given.
        let bare = try UsageReportOptions.parse(Self.use + ["--key", file])
        let (first, second) = (try bare.report(to: "p", at: 7), try bare.report(to: "p", at: 7))
        #expect(first.jti != second.jti && first.at == 7 && first.amount == nil)
    }

    @Test("takes a signed report or what is to be signed, all of it, with a key on P-256 that only its owner reads")
    func refused() async throws {
        let bench = try Workbench()
        let report = [
            "merchant", "offer", "report", "--server", "http://127.0.0.1:1", "--unsafe-credential", "0123456789abcdef",
        ]
        #expect(await bench.run(report).status == 2)
        #expect(await bench.run(report + ["--file", "report.jws"] + Self.use + ["--key", "k"]).status == 2)
        #expect(await bench.run(report + Self.use).everything.contains("--key is needed"))
        #expect(await bench.run(report + Self.use + ["--key", "k", "--amount", "1"]).status == 2)
        #expect(await bench.run(report + Self.use + ["--key", "k", "--amount", "1", "--currency", "EUX"]).status == 2)
        let other = String(decoding: ECPrivateKey.generate(.p384).pem.revealed(), as: UTF8.self)
        let wrong = await bench.run(report + Self.use + ["--key", try bench.write("other.pem", other)])
        #expect(wrong.status == 2 && wrong.everything.contains("no private key on P-256"))
        let open = await bench.run(report + Self.use + ["--key", try bench.write("open.pem", other, mode: 0o644)])
        #expect(open.status == 1 && open.everything.contains("chmod 600"))
        #expect(await bench.run(["merchant", "offer", "report", "--help"]).status == 0)
    }
}
