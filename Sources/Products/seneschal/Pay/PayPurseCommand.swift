import ArgumentParser
import Assembly
import CardLink
import ElectronicPurse
import ISO7816
import SeneschalAPI

/// `seneschal pay purse …`.
struct PayPurseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purse", abstract: "Issue electronic purses of the test issuer, and put money into them.",
        discussion: """
            The test issuer's keys are well known: never for money that matters.

              seneschal pay purse issue ada.purse --test-keys
              seneschal provider provision --vault pay.vault --data ada.purse --msi 491700000001 \\
            --service 3002/1.0 --sp-name "Quay Payments" --prn PURSE-0001
              seneschal pay purse load --air 54321 --amount 2000 --test-keys
              seneschal terminal gate --air 54321 --module gate.psam --journal gate.journal --test-keys --fare 200
            """,
        subcommands: [Issue.self, Load.self])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the data groupings of a fresh purse into a file, for `seneschal provider provision`.",
            discussion: """
                The file holds the purse's keys, so only you can read it:

                  seneschal pay purse issue ada.purse --test-keys
                """)

        @Argument(help: ArgumentHelp("The file (mode 0600). It must not exist.", valueName: "file"))
        var file: String

        @OptionGroup var issuer: TestIssuerOptions

        func run() async throws {
            guard !SecretFile.exists(file) else { throw CommandFailure(.usage, "\(file) exists already") }
            let purse = try TestPurse.issuer().issue()
            try DurableFile.create(file, with: Array(DataGroupingsFile.text(of: purse.dataGroupings).utf8))
            Terminal.output("Purse \(purse.applicationData.number) is in \(file).")
            Terminal.output("Next: seneschal provider provision … --service 3002/1.0 --data \(file)")
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put money into the purse of a card or telephone.",
            discussion: """
                  seneschal pay purse load --air 54321 --amount 2000 --test-keys
                  seneschal pay purse load --card my.card --amount 2000 --test-keys --json
                """)

        @Option(help: ArgumentHelp("In minor units: 2000 are 20.00.", valueName: "cents"))
        var amount: UInt32

        @OptionGroup var issuer: TestIssuerOptions
        @OptionGroup var place: CardPlace

        @Flag(help: "Print the outcome as JSON.")
        var json = false

        func validate() throws {
            guard (1...PursePersonalization.balanceMaxDefault).contains(amount) else {
                throw ValidationError("--amount is 1 to \(PursePersonalization.balanceMaxDefault).")
            }
        }

        func run() async throws {
            let issuer = try TestPurse.issuer()
            let balance = try await place.withCard { card in
                try await issuer.load(amount, into: card)
                return try GetBalance.balance(in: try await card.transmit(GetBalance().command).data)
            }
            guard json else { return Terminal.output("Loaded with \(amount) cents: \(balance) are in the purse.") }
            Terminal.output(
                JSONValue.object([
                    JSONMember("amount", .integer(Int(amount))), JSONMember("balance", .integer(Int(balance))),
                ]).indentedText)
        }
    }

    /// Whose purses they are.
    struct TestIssuerOptions: ParsableArguments {
        @Flag(help: "The keys of the test issuer, which everybody knows: the only issuer that this command is.")
        var testKeys = false

        func validate() throws {
            guard testKeys else {
                throw ValidationError("There is no other issuer here than the test one: --test-keys.")
            }
        }
    }
}
