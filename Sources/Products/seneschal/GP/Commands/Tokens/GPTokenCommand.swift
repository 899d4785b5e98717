import ArgumentParser
import CardCryptography
import Foundation
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp token …`: the tokens of delegated management, off the card.
struct GPTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens of delegated management: sign, verify.",
        subcommands: [Sign.self, Verify.self])

    /// `seneschal gp token sign`.
    struct Sign: GPAction {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Sign a command of content management.",
            discussion: """
                  seneschal gp install wallet.cap --hash sha256 --dry-run --json | jq -r '.commands[0].apdu'
                  seneschal gp token sign --apdu 80E60200… --private-key token.pem
                  seneschal gp token sign --apdu 80E40000… --private-key token.pem --iin 53454E45 --cin 0102 --number 7

                The command is the plain one, as --dry-run prints it: INSTALL [for load], [for install], [for make \
                selectable], [for extradition], [for registry update] or DELETE. --iin, --cin, --provider and --number \
                bind the token to a card, a provider and a number, in the command itself (B6). RSA, P-256 and P-384 keys \
                in PEM; --secret-key for AES and 3DES.

                The command with its token (“apdu”) can be sent as it is: `gp apdu --secure --sd AID …`. `gp install` takes \
                tokens with --load-token and --token; what --number and the like added goes to --load-parameter-objects \
                and --parameter-objects there.
                """)

        @Option(help: ArgumentHelp("The command in hex.", valueName: "hex"))
        var apdu: CommandArgument

        @OptionGroup var key: SignatureKeyOptions

        @Option(help: ArgumentHelp("The issuer identification number of the card (42).", valueName: "hex"))
        var iin: HexArgument?

        @Option(help: ArgumentHelp("The card image number (45).", valueName: "hex"))
        var cin: HexArgument?

        @Option(help: ArgumentHelp("The application provider that may use the token (5F20).", valueName: "hex"))
        var provider: HexArgument?

        @Option(help: "The number of the token (93).")
        var number: UInt64?

        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            var command = try tokenBearing(apdu.command)
            if iin != nil || cin != nil || provider != nil || number != nil {
                command = command.referring(
                    to: TokenControlReference(
                        identificationNumber: iin?.bytes, imageNumber: cin?.bytes,
                        applicationProvider: provider?.bytes, number: number))
            }
            let token = try key.key().signature(over: command.signedData)
            let signed = command.command(token: token)
            return GPAnswer(fields: [
                ("token", .hex(token)), ("signedData", .hex(command.signedData)), ("apdu", .hex(signed.bytes)),
            ])
        }
    }

    /// `seneschal gp token verify`.
    struct Verify: GPAction {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check the token in a command.",
            discussion: """
                  seneschal gp token verify --apdu 80E60200… --public-key token.pub.pem

                Exit status 1 says that the token does not fit the command or the key.
                """)

        @Option(help: ArgumentHelp("The command with its token, in hex.", valueName: "hex"))
        var apdu: CommandArgument

        @OptionGroup var key: VerificationKeyOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let command = try tokenBearing(apdu.command)
            guard !command.token.isEmpty else { throw CommandFailure(.refused, "the command carries no token") }
            let isValid = try key.key().isValid(command.token, over: command.signedData)
            let reference = command.reference
            return GPAnswer(
                .object(of: [
                    "isValid": .boolean(isValid), "number": reference?.number.map { .integer(Int(clamping: $0)) },
                    "iin": reference?.identificationNumber.map { .hex($0) },
                    "cin": reference?.imageNumber.map { .hex($0) },
                    "provider": reference?.applicationProvider.map { .hex($0) },
                ]), isValid ? ["The token is valid."] : [],
                failure: isValid
                    ? nil : CommandFailure(.refused, "the token does not fit: another key, or another command"))
        }
    }
}

private func tokenBearing(_ command: CommandAPDU) throws -> TokenBearingCommand {
    do { return try TokenBearingCommand(command) } catch {
        throw CommandFailure(
            .usage, "a token cannot stand in this command: \(error)",
            nextStep: "`seneschal gp install FILE --dry-run` prints the commands that tokens are made for")
    }
}

/// The key that signs.
struct SignatureKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The private key in PEM, in a file that only you can read.", valueName: "file"))
    var privateKey: String?

    @Option(
        help: ArgumentHelp("A secret key in hex instead, in a file that only you can read.", valueName: "file"))
    var secretKey: String?

    @Option(help: "What the secret key is for: \(SecretKeyType.allCases.map(\.rawValue).joined(separator: ", ")).")
    var secretKeyType = SecretKeyType.aes

    func validate() throws {
        if (privateKey == nil) == (secretKey == nil) {
            throw ValidationError("Give --private-key FILE (PEM), or --secret-key FILE (hex).")
        }
    }

    func key() throws -> SignatureKey {
        if let privateKey { return try PEMFile.signatureKey(privateKey) }
        return try secretKeyType.signatureKey(SecretFile.hexKey(secretKey ?? ""))
    }
}

/// The key that verifies.
struct VerificationKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The public key in PEM.", valueName: "file"))
    var publicKey: String?

    @Option(
        help: ArgumentHelp("A secret key in hex instead, in a file that only you can read.", valueName: "file"))
    var secretKey: String?

    @Option(help: "What the secret key is for: \(SecretKeyType.allCases.map(\.rawValue).joined(separator: ", ")).")
    var secretKeyType = SecretKeyType.aes

    func validate() throws {
        if (publicKey == nil) == (secretKey == nil) {
            throw ValidationError("Give --public-key FILE (PEM), or --secret-key FILE (hex).")
        }
    }

    func key() throws -> VerificationKey {
        if let publicKey { return try PEMFile.verificationKey(publicKey) }
        return try secretKeyType.signatureKey(SecretFile.hexKey(secretKey ?? "")).verificationKey
    }
}
