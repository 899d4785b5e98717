import ArgumentParser
import CardCryptography
import EMV
import Foundation
import SeneschalAPI
import SeneschalClient
import Terminal

/// What is to be paid, to whom, and who is asked.
struct MerchantOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What is to be paid, in minor units: 1250 are 12.50.", valueName: "cents"))
    var amount: UInt64

    @Option(help: ArgumentHelp("ISO 4217, numeric.", valueName: "code"))
    var currency = 978

    @Option(help: ArgumentHelp("Where the terminal stands, ISO 3166-1, numeric.", valueName: "code"))
    var country = 276

    @Option(help: "The merchant's name.")
    var merchant = "Corner Shop"

    @Option(help: ArgumentHelp("Ask the acquirer's door of this wallet.", valueName: "url"))
    var wallet: String?

    @Option(
        help: ArgumentHelp(
            "The certificates (PEM) that sign those of the server that is asked; those of the system when absent.",
            valueName: "file"))
    var trust: String?

    @Option(
        help: ArgumentHelp("The acquirer's credential, in a file that only you can read.", valueName: "file"))
    var credentialFile: String?

    @Option(
        help: ArgumentHelp(
            "The terminal's own name of the transaction, 1 to 64 characters; a new one when absent.", valueName: "name")
    )
    var transaction: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...999_999_999_999).contains(amount) { throw ValidationError("--amount is 1 to 999999999999.") }
        if !(1...999).contains(currency) { throw ValidationError("--currency is 1 to 999.") }
        if !(1...999).contains(country) { throw ValidationError("--country is 1 to 999.") }
        if (wallet == nil) != (credentialFile == nil) {
            throw ValidationError("--wallet and --credential-file go together.")
        }
    }

    var terminalData: TerminalData { TerminalData(amount: amount, currency: currency, country: country) }

    /// Before a card is touched: what cannot be asked need not be begun.
    func acquirer() throws -> MerchantAcquirer? {
        guard let wallet, let credentialFile else { return nil }
        guard let credential = AccessCredential(secret: try SecretFile.read(credentialFile)) else {
            throw ValidationError("\(credentialFile) holds no access credential: 16 to 256 characters without spaces.")
        }
        let transport = try HTTPTransport(server: wallet, trustedCertificates: trust)
        return MerchantAcquirer(
            transport: transport, door: HTTPAcquirer(transport, credential: credential), merchant: merchant,
            transaction: transaction ?? UUID().uuidString)
    }

    /// Asks, and prints.
    func conclude(_ data: AuthorizationData, _ acquirer: MerchantAcquirer?) async throws {
        let answer = try await acquirer?.authorize(data)
        TransactionReport(data, answer).show(json: output.json)
        if case .declined(let code) = answer {
            throw CommandFailure(.refused, "the payment was declined (\(code))")
        }
    }
}

/// The way to whoever answers for the card.
struct MerchantAcquirer {
    let transport: HTTPTransport
    let door: HTTPAcquirer
    let merchant: String
    let transaction: String

    /// Asks until it is settled, always with the same name of the transaction; what does not get settled is taken back.
    func authorize(_ data: AuthorizationData) async throws -> AuthorizationAnswer {
        let result = await door.settled(data, transaction: transaction, merchant: merchant)
        let reversal =
            if case .failure(.unsettled) = result { try? await door.reverse(transaction: transaction) } else {
                nil as API.AcquirerReversal.Outcome?
            }
        await transport.close()
        switch result {
        case .success(let answer): return answer
        case .failure(.refused(let code, let detail)): throw CommandFailure(.refused, "\(code): \(detail)")
        case .failure(.unsettled(let detail)) where reversal != nil:
            throw CommandFailure(.refused, "\(detail); the payment is taken back, whatever becomes of it")
        case .failure(.unsettled(let detail)):
            throw CommandFailure(
                .unknownOutcome, detail,
                nextStep: "the wallet may have authorized it: look for the transaction \(transaction) there")
        }
    }
}
