import ArgumentParser
import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
import JOSE
import SeneschalAPI
import SeneschalClient

/// What a seller's terminal knows, in a file that only its owner reads: where the payment server is, the terminal's
/// credential there, and the key that it signs with.
struct TillFile: Codable {
    /// Where the payment server is.
    var url: String
    /// Its name in what is signed.
    var server: String
    var name: String
    /// The seller's account.
    var payee: String
    var secret: String
    /// PEM.
    var key: String

    static func read(_ path: String) throws -> TillFile {
        let text = try SecretFile.read(path)
        do {
            return try JSONDecoder().decode(TillFile.self, from: Data(text.utf8))
        } catch {
            throw CommandFailure(.refused, "\(path) is no terminal's file", nextStep: "seneschal pay terminal make")
        }
    }

    /// Makes the file, mode 0600; it must not exist.
    func create(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try DurableFile.create(path, with: Array(encoder.encode(self)) + Array("\n".utf8))
    }

    func signingKey() throws -> NamedPrivateKey {
        NamedPrivateKey(name: name, privateKey: try ECPrivateKey(pem: SecretBytes(Array(key.utf8))))
    }

    func client(_ transport: HTTPTransport) throws -> SeneschalClient {
        guard let credential = AccessCredential(secret: secret) else {
            throw CommandFailure(.refused, "the terminal's file holds no access credential")
        }
        return SeneschalClient(transport, credential: credential)
    }
}

extension TillFile: CustomStringConvertible, CustomReflectable {
    var description: String { "terminal \(name)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension PayTerminalCommand {
    /// `seneschal pay terminal make`.
    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a terminal with a fresh key, and write all that it needs into a file.",
            discussion: """
                  seneschal pay terminal make corner-till --payee acc_… --till corner.till
                """)

        @Argument(help: "The name that it signs with: lower-case letters, digits and hyphens.")
        var name: String

        @Option(help: ArgumentHelp("The only account that it sells for.", valueName: "acc_…"))
        var payee: String

        @Option(help: ArgumentHelp("The terminal's file to be made (mode 0600).", valueName: "file"))
        var till: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard !SecretFile.exists(till) else { throw CommandFailure(.usage, "\(till) exists already") }
            let key = ECPrivateKey.generate(.p256)
            let (registered, serverKey) = try await server.withClient { client in
                let serverKey = try await client.send(Endpoints.getPaymentServerKey, NoBody())
                let registered = try await client.send(
                    Endpoints.registerPaymentTerminal,
                    .init(name: name, publicKey: key.publicKey.pem, payee: payee))
                return (registered, serverKey)
            }
            try TillFile(
                url: server.address, server: serverKey.server, name: name, payee: payee, secret: registered.secret,
                key: String(decoding: key.pem.revealed(), as: UTF8.self)
            ).create(till)
            Terminal.message("The terminal's key and credential are in \(till).")
            try output.show(registered.party)
        }
    }
}

extension PayTerminalCommand {
    /// `seneschal pay terminal equip`.
    struct Equip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a terminal's security module, which debits the purses of this issuer.",
            discussion: """
                  seneschal pay terminal equip gate-1 --number A10000000001 --module gate.psam

                What is taken from purses with it belongs to the terminal's payee. The module is a file that holds the key \
                of all cards' purchases: it never leaves the gate.
                """)

        @Argument(help: "The terminal's name.")
        var name: String

        @Option(help: ArgumentHelp("The number of the module, no other's.", valueName: "hex"))
        var number: String

        @Option(help: ArgumentHelp("The module's file to be made (mode 0600).", valueName: "file"))
        var module: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            guard !SecretFile.exists(module) else { throw CommandFailure(.usage, "\(module) exists already") }
            guard let number = try? PurseTerminalNumber(hex: number) else {
                throw CommandFailure(.usage, "--number has 12 hex digits, not \(number)")
            }
            let made = try await server.withClient { try await $0.securityModule(number, of: name) }
            try SecurityModuleFile.create(module, made)
            Terminal.message("The security module of \(name) is in \(module).")
        }
    }
}
