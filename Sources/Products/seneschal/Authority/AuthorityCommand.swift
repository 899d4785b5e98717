import ArgumentParser
import Assembly
import CardCryptography
import Foundation
import GlobalPlatform
import ISO7816

/// `seneschal authority …`: a reference certification authority, for cards that have a controlling authority.
struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "A reference certification authority: cards with a CASD trust it, and providers get certificates.",
        discussion: """
            Through the controlling authority of a card (CASD) a provider sets keys that nobody on the way can read:

              seneschal authority new ca.key > ca.pem
              seneschal device new my.card --configuration embedded-third-party --authority ca.key …
              seneschal provider keys card-key --vault bank.vault > bank.pem
              seneschal authority certify bank.pem --authority ca.key --subject "Harbour Bank" > bank.certificate
              seneschal provider keys import-certificate $(cat bank.certificate) --authority ca.pem --vault bank.vault
              seneschal provider provision … --vault bank.vault --confidential required
            """,
        subcommands: [New.self, Certify.self])

    /// `seneschal authority new FILE`.
    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Make an authority; print its public key (PEM).")

        @Argument(help: "The file for the private key (PEM, mode 0600). It must not exist.")
        var file: String

        func run() async throws {
            guard !SecretFile.exists(file) else { throw CommandFailure(.usage, "\(file) exists already") }
            let authority = ReferenceAuthority()
            let pem = authority.privateKey.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            try SecretFile.create(file, pem)
            Terminal.output(authority.publicKey.pem.trimmingCharacters(in: .newlines))
        }
    }

    /// `seneschal authority certify KEY`.
    struct Certify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "certify", abstract: "Certify a provider's card key; print the certificate in hex.")

        @Argument(help: "The provider's public key (PEM).")
        var key: String

        @Option(help: "Whose key it is, 1 to 16 characters.")
        var subject: String

        @Option(help: ArgumentHelp("The authority's private key, from `authority new`.", valueName: "file"))
        var authority: String

        func validate() throws {
            guard (1...16).contains(subject.utf8.count) else {
                throw ValidationError("--subject has 1 to 16 characters, not \(subject.utf8.count).")
            }
        }

        func run() async throws {
            let key = try ECPublicKey(pem: try TextInput.read(key))
            let authority = try AuthorityOptions.read(authority)
            let certificate = try authority.certificate(
                of: .elliptic(point: key.uncompressedPoint, parameterReference: key.curve.parameterReference),
                for: .signatureVerification, subject: Array(subject.utf8))
            Terminal.output(certificate.bytes.hex)
        }
    }
}

/// The authority that a new card's CASD trusts.
struct AuthorityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Personalize the card's controlling authority: the private key from `authority new`.", valueName: "file"))
    var authority: String?

    /// The authority of the file, where one is named.
    func open() throws -> ReferenceAuthority? {
        guard let authority else { return nil }
        return try Self.read(authority)
    }

    static func read(_ path: String) throws -> ReferenceAuthority {
        do {
            return try ReferenceAuthority(privateKey: SecretBytes(Array((try SecretFile.read(path)).utf8)))
        } catch is CryptographyError {
            throw CommandFailure(.refused, "\(path) is not the private key of an authority")
        }
    }
}
