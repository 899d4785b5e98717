import ArgumentParser
import CardCryptography
import CardLink
import CardManagement
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel

/// The key set that a card is to get.
struct NewKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The new keys: a keys file that only you can read.", valueName: "file"))
    var newKeys: String?

    @Option(
        help: ArgumentHelp(
            "Make random keys and write them to this new file, before the card gets them.", valueName: "file"))
    var random: String?

    @Option(help: "The size of random keys in bits: 128, 192 or 256.")
    var bits = 128

    @Option(help: "How the new keys follow from the ones in the file: \(DiversificationArgument.choices).")
    var newDiversification: DiversificationArgument?

    @Option(
        help: ArgumentHelp(
            "What the new keys are keys of: aes for SCP03, 3des for SCP02; as the ones in use when absent.",
            valueName: "name"))
    var algorithm: KeyAlgorithmArgument?

    func validate() throws {
        if newKeys != nil && random != nil { throw ValidationError("Give --new-keys or --random.") }
        if bits % 8 != 0 || AESKey.Size(rawValue: bits / 8) == nil {
            throw ValidationError("--bits is 128, 192 or 256, not \(bits).")
        }
        if newDiversification != nil && random != nil {
            throw ValidationError("Random keys are the card's own: --new-diversification is for --new-keys.")
        }
    }

    /// The new keys for a key set of `version`; random ones are in their file when this returns.
    func material(
        version: KeyVersionNumber, of securityDomain: AID?
    ) async throws -> (material: CardKeyMaterial, file: String?) {
        if let random {
            guard let size = AESKey.Size(rawValue: bits / 8) else { preconditionFailure("validate() has checked it") }
            let material = CardKeyMaterial(SCP03KeySet.random(size))
            let entry = KeySetsFile.Entry(securityDomain: securityDomain, version: version, material: material)
            do { try KeySetsFile.write(entry, to: random) } catch {
                throw CommandFailure(
                    .usage, "\(error)",
                    nextStep: "choose another file; the keys of a rotation that was cut off go to `gp keys recover`")
            }
            return (material, random)
        }
        if let newKeys {
            let request = CardKeyRequest(
                securityDomain: securityDomain, keyVersion: version, secureChannelProtocol: 0x03,
                diversificationData: [])
            do {
                let file = try KeySetsFile.read(newKeys).taken(for: newDiversification?.value)
                return (try file.material(for: request), nil)
            } catch let error as CardKeysUnavailable { throw CommandFailure(.usage, "\(error)") }
        }
        guard Terminal.console.ask != nil else {
            throw CommandFailure(
                .usage, "new keys are needed and nobody can be asked for them",
                nextStep: "--new-keys FILE, or --random FILE to have them made")
        }
        let request = CardKeyRequest(
            securityDomain: nil, keyVersion: version, secureChannelProtocol: 0x03, diversificationData: [])
        do {
            return (
                try PromptKeySource(diversification: newDiversification?.value ?? .none, name: "New ")
                    .material(for: request), nil
            )
        } catch { throw CommandFailure(.usage, "\(error)") }
    }
}

/// The algorithm of a key set on the command line.
enum KeyAlgorithmArgument: String, ExpressibleByArgument, CaseIterable {
    case aes
    case tripleDES = "3des"

    var algorithm: ChannelKeyAlgorithm { self == .aes ? .aes : .tripleDES }
}

/// One key for PUT KEY, from a file: a public key in PEM, or a secret one in hex.
struct SingleKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("One public key instead of a key set, RSA or EC, in PEM.", valueName: "file"))
    var publicKey: String?

    @Option(
        help: ArgumentHelp(
            "One secret key instead of a key set, in hex, in a file that only you can read.", valueName: "file"))
    var secretKey: String?

    @Option(help: "What the secret key is for: \(SecretKeyType.allCases.map(\.rawValue).joined(separator: ", ")).")
    var secretKeyType = SecretKeyType.aes

    @Option(help: ArgumentHelp("The identifier of that one key, 01 to 7F.", valueName: "hex"))
    var identifier: KeyIdentifierArgument?

    func validate() throws {
        if publicKey != nil && secretKey != nil { throw ValidationError("Give --public-key or --secret-key.") }
        if identifier != nil && publicKey == nil && secretKey == nil {
            throw ValidationError("--identifier is for one key; a key set has 01, 02 and 03.")
        }
    }

    /// The key, or `nil` when a key set is meant.
    func key() throws -> SingleKey? {
        if let publicKey {
            switch try PEMFile.verificationKey(publicKey) {
            case .rsa(let key): return .rsaPublic(modulus: key.modulus, exponent: key.exponent)
            case .ec(let key):
                return .ecPublic(point: key.uncompressedPoint, curve: key.curve.parameterReference)
            case .aes, .tripleDES: preconditionFailure("a PEM holds a public key")
            }
        }
        guard let secretKey else { return nil }
        return try secretKeyType.key(SecretFile.hexKey(secretKey))
    }
}

/// Kinds of secret keys on the command line.
enum SecretKeyType: String, ExpressibleByArgument, CaseIterable {
    case aes
    case tripleDES = "3des"

    func key(_ bytes: SecretBytes) throws -> SingleKey {
        do {
            switch self {
            case .aes: return .aes(try AESKey(bytes))
            case .tripleDES: return .tripleDES(try TripleDESKey(bytes))
            }
        } catch { throw CommandFailure(.usage, "the secret key: \(error)") }
    }

    func signatureKey(_ bytes: SecretBytes) throws -> SignatureKey {
        switch try key(bytes) {
        case .aes(let key): .aes(key)
        case .tripleDES(let key): .tripleDES(key)
        case .rsaPublic, .ecPublic: preconditionFailure("a secret key is symmetric")
        }
    }
}

/// A key identifier on the command line, in hex.
struct KeyIdentifierArgument: ExpressibleByArgument {
    let identifier: KeyIdentifier

    init?(argument: String) {
        guard argument.count <= 2, let identifier = UInt8(argument, radix: 16).flatMap(KeyIdentifier.init) else {
            return nil
        }
        self.identifier = identifier
    }
}

extension SecretFile {
    /// A key in hex on one line.
    static func hexKey(_ path: String) throws -> SecretBytes {
        do { return SecretBytes(try [UInt8](hex: try read(path).filter { !$0.isWhitespace })) } catch let error
            as HexDecodingError
        {
            throw CommandFailure(.usage, "\(path): a key is written in hex: \(error)")
        }
    }
}

/// Keys in PEM.
enum PEMFile {
    static let bytesMax = 65_536

    static func verificationKey(_ path: String) throws -> VerificationKey {
        do { return try VerificationKey(pem: try TextInput.read(path)) } catch let error as CryptographyError {
            throw CommandFailure(.usage, "\(path) is no public key in PEM: \(error)")
        }
    }

    /// A private key, in a file that others cannot read.
    static func signatureKey(_ path: String) throws -> SignatureKey {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure(.usage, "\(path) does not exist")
        }
        let mode =
            (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandFailure(.refused, "others can read \(path)", nextStep: "chmod 600 \(path)")
        }
        do { return try SignatureKey(pem: SecretBytes(bytes)) } catch {
            throw CommandFailure(
                .usage, "\(path) is no private key in PEM without a passphrase: \(error)",
                nextStep: "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 makes one")
        }
    }
}
