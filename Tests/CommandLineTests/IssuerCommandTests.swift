import ArgumentParser
import Foundation
import SeneschalAPI
import Testing

@testable import seneschal

@Suite("The command line of seneschal issuer")
struct IssuerCommandTests {
    private static let leaves: [any ParsableCommand.Type] = leaves(below: IssuerCommand.self)

    private static func leaves(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let below = command.configuration.subcommands
        return below.isEmpty ? [command] : below.flatMap(leaves)
    }

    @Test("says what every command is for, and shows examples where there are several")
    func help() {
        #expect(Self.leaves.count >= 18)
        for command in Self.leaves { #expect(!command.configuration.abstract.isEmpty, "\(command)") }
        for command in [
            IssuerCommand.self, IssuerServeCommand.self, IssuerCardCommand.self, IssuerCardholderCommand.self,
            IssuerWalletCommand.self,
        ] as [any ParsableCommand.Type] {
            #expect(command.configuration.discussion.contains("  seneschal issuer "), "\(command)")
        }
    }

    @Test("answers help with status 0 and what cannot be parsed with 2")
    func parsing() async throws {
        let bench = try Workbench()
        #expect(await bench.run(["issuer", "card", "issue", "--help"]).status == 0)
        #expect(await bench.run(["issuer", "nonsense"]).status == 2)
        #expect(await bench.run(["issuer", "serve"]).status == 2)
        let serve = ["issuer", "serve", "--name", "harbour-bank", "--bin", "47617390", "--data", bench.path("data")]
        #expect(await bench.run(serve + ["--retention", "30"]).status == 2)
        #expect(await bench.run(serve + ["--tls-key", "key.pem"]).status == 2)
        let issue = ["issuer", "card", "issue", "hld_0", "--label", "L", "--number-file", bench.path("n")]
        #expect(await bench.run(issue + ["--type", "gift"]).status == 2)
        #expect(await bench.run(issue).status == 2)
    }

    @Test("an issuer with a range of payment tokens, or a policy that lets pass what must not, does not start")
    func refusals() async throws {
        let bench = try Workbench()
        let data = ["--data", bench.path("data"), "--port", "0"]
        let tokens = await bench.run(["issuer", "serve", "--name", "harbour-bank", "--bin", "629900"] + data)
        #expect(tokens.status == 2)
        #expect(tokens.everything.contains("overlaps the ranges of payment tokens"))
        let printed = await bench.run(["issuer", "policy"])
        #expect(printed.status == 0)
        let lax = try bench.write("policy.json", printed.text.replacing("\"red\"", with: "\"green\""))
        let run = await bench.run(
            ["issuer", "serve", "--name", "harbour-bank", "--bin", "476173", "--policy", lax] + data)
        #expect(run.status == 2)
        #expect(!FileManager.default.fileExists(atPath: bench.path("data")))
    }

    @Test("prints a cardholder to start from, which the contract takes")
    func template() async throws {
        let bench = try Workbench()
        let run = await bench.run(["issuer", "cardholder", "template"])
        #expect(run.status == 0)
        try API.RegisterCardholderRequest.schema.check(run.json())
    }
}
