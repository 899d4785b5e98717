import ArgumentParser
import CardCryptography
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp dap …`: signatures of load files, off the card.
struct GPDAPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dap", abstract: "Signatures of load files (DAP): sign, verify.",
        subcommands: [Sign.self, Verify.self])

    /// `seneschal gp dap sign`.
    struct Sign: GPAction {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Sign a CAP file for a security domain with DAP verification.",
            discussion: """
                  seneschal gp dap sign wallet.cap --sd A0000001515350410001 --private-key dap.pem
                  seneschal gp install wallet.cap --hash sha256 --dap "$(seneschal gp dap sign wallet.cap \\
                      --sd A0000001515350410001 --private-key dap.pem --json | jq -r .dap)" --keys my.card.keys

                Signed is the hash of the load file, which INSTALL [for load] carries: use the same --hash in both \
                commands. The security domain verifies with the key of version 73: `gp keys put --new-version 73 \
                --public-key dap.pub.pem`.
                """)

        @Argument(help: ArgumentHelp("The CAP file.", valueName: "file"))
        var file: String

        @Option(name: .customLong("sd"), help: ArgumentHelp("The security domain that verifies.", valueName: "aid"))
        var securityDomain: AIDArgument

        @Option(help: "The hash that is signed: sha1, sha256, sha384 or sha512.")
        var hash = LoadFileHashAlgorithm.sha256

        @OptionGroup var key: SignatureKeyOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let loadFile = try CAPFile.read(file)
            let hash = loadFile.hash(hash)
            // GPC v2.3.1 §C.3: the signature covers the Load File Data Block Hash.
            let signature = try key.key().signature(over: hash)
            return GPAnswer(fields: [
                ("package", .string("\(loadFile.packageAID)")), ("hash", .hex(hash)), ("signature", .hex(signature)),
                ("dap", .string("\(securityDomain.aid):\(signature.hex)")),
            ])
        }
    }

    /// `seneschal gp dap verify`.
    struct Verify: GPAction {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check the signature of a CAP file.",
            discussion: """
                  seneschal gp dap verify wallet.cap --dap A0000001515350410001:3045… --public-key dap.pub.pem
                """)

        @Argument(help: ArgumentHelp("The CAP file.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("The signature, as `gp dap sign` prints it.", valueName: "sd:hex"))
        var dap: DataAuthenticationPatternArgument

        @Option(help: "The hash that was signed: sha1, sha256, sha384 or sha512.")
        var hash = LoadFileHashAlgorithm.sha256

        @OptionGroup var key: VerificationKeyOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let hash = try CAPFile.read(file).hash(hash)
            let isValid = try key.key().isValid(dap.pattern.signature, over: hash)
            return GPAnswer(
                .object(of: [
                    "isValid": .boolean(isValid), "securityDomain": .string("\(dap.pattern.securityDomain)"),
                    "hash": .hex(hash),
                ]), isValid ? ["The signature is valid."] : [],
                failure: isValid
                    ? nil : CommandFailure(.refused, "the signature does not fit: another key, file or hash"))
        }
    }
}

extension ExecutableLoadFile {
    /// The Load File Data Block Hash.
    fileprivate func hash(_ algorithm: LoadFileHashAlgorithm) -> [UInt8] {
        let digest: Digest.Algorithm =
            switch algorithm {
            case .sha1: .sha1
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
        return Digest.hash(loadFileDataBlock, digest)
    }
}
