import ArgumentParser
import CardCryptography
import Foundation
import SeneschalAPI
import SeneschalClient

/// `seneschal pay payer …`.
struct PayPayerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payer", abstract: "Open a payer's account, and look at it.",
        discussion: """
              seneschal pay payer open --label Ada --currency EUR --pin-file ada.pin --payer ada.payer
              seneschal pay payer show --payer ada.payer
              seneschal pay payer transfers --payer ada.payer

            The payer's file holds the device's key and the account's credential: only you can read it.
            """,
        subcommands: [Open.self, Show.self, Transfers.self])

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open an account for a fresh device key.")

        @Option(help: "Whose it is, for people.")
        var label: String

        @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
        var currency: String

        @Option(help: ArgumentHelp("The payer's file to be made (mode 0600).", valueName: "file"))
        var payer: String

        @OptionGroup var pin: PINOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard !SecretFile.exists(payer) else { throw CommandFailure(.usage, "\(payer) exists already") }
            let key = ECPrivateKey.generate(.p256)
            let request = API.OpenPayerAccountRequest(
                label: label, currency: currency, deviceKey: HexBytes(key.publicKey.uncompressedPoint),
                pin: try pin.text())
            let transport = try server.transport()
            let opened: Result<API.PayerAccount, SeneschalClientError>
            do throws(SeneschalClientError) {
                // Anybody may ask.
                opened = .success(
                    try await SeneschalClient(transport, credential: nil).send(Endpoints.openPayerAccount, request))
            } catch {
                opened = .failure(error)
            }
            await transport.close()
            let account = try opened.get()
            try PayerFile(
                url: server.address, server: account.server, account: account.account.account, secret: account.secret,
                keyName: account.deviceKeyName, key: String(decoding: key.pem.revealed(), as: UTF8.self)
            ).create(payer)
            Terminal.message("The device's key and the account's credential are in \(payer).")
            try output.show(account.account)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the account.")

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(try await payer.withClient { try await $0.send(Endpoints.getPayerAccount, NoBody()) })
        }
    }

    struct Transfers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the newest movements of the account.")

        @Option(help: "Movements at most, 1 to \(API.limitMax).")
        var limit = API.limitDefault

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await payer.withClient { try await $0.list(Endpoints.listPayerTransfers, limit: limit) })
        }
    }
}

/// Whose device it is.
struct PayerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The payer's file, made by `seneschal pay payer open`.", valueName: "file"))
    var payer: String

    /// A client of the payment server for the time of `body`.
    func withClient<Value: Sendable>(_ body: (SeneschalClient) async throws -> Value) async throws -> Value {
        try await withPayer { _, client in try await body(client) }
    }

    func withPayer<Value: Sendable>(
        _ body: (PayerFile, SeneschalClient) async throws -> Value
    ) async throws -> Value {
        let file = try PayerFile.read(payer)
        let transport = try HTTPTransport(server: file.url)
        let value: Value
        do {
            value = try await body(file, file.client(transport))
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        return value
    }
}

/// The payment PIN, which this device needs because it cannot verify its user.
struct PINOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The payment PIN, in a file that only you can read; asked for when absent.", valueName: "file"))
    var pinFile: String?

    func text() throws -> String {
        if let pinFile { return try SecretFile.read(pinFile) }
        guard let ask = Terminal.console.ask else {
            throw CommandFailure(.usage, "nobody can be asked for the PIN", nextStep: "give --pin-file FILE")
        }
        guard let pin = ask(.init(text: "Payment PIN: ", isSecret: true)), !pin.isEmpty else {
            throw CommandFailure(.usage, "the payment PIN is needed")
        }
        return pin
    }

    func secret() throws -> SecretBytes { SecretBytes(Array(try text().utf8)) }
}
