import ArgumentParser
import CardCryptography
import CardManagement
import Foundation
import ISO7816
import KeyVault
import SecureChannel
import TrustedServiceManager

/// Where the keys of the card come from: a file, a vault, the person at the terminal; never the environment.
struct CardKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A keys file that only you can read, as `seneschal card new` and `gp diversify` write it.",
            valueName: "file"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "Use the keys that the file has for this security domain: a new domain has those of the one above it.",
            valueName: "aid"))
    var keysOf: AIDArgument?

    @Option(
        help: ArgumentHelp("A central TSM's vault; --master-key says which of its master keys.", valueName: "file"))
    var vault: String?

    @Option(help: ArgumentHelp("The index of the master key in the vault.", valueName: "index"))
    var masterKey: Int?

    @Flag(help: "The public test keys 404142…4F that development cards are delivered with.")
    var testKeys = false

    @Option(
        help: ArgumentHelp(
            "One key, or Key-ENC:Key-MAC:Key-DEK. Every process of this machine can see it: only with "
                + "--force-visible-keys.", valueName: "hex"))
    var key: String?

    @Flag(help: "Allow --key, although others can see it.")
    var forceVisibleKeys = false

    @Option(help: "How the card's keys follow from the ones given: \(DiversificationArgument.choices).")
    var diversification: DiversificationArgument?

    func validate() throws {
        let sources = [keys != nil, vault != nil, testKeys, key != nil].count { $0 }
        if sources > 1 { throw ValidationError("Give one of --keys, --vault, --test-keys and --key.") }
        if keysOf != nil && keys == nil { throw ValidationError("--keys-of chooses from a keys file: --keys FILE.") }
        if key != nil && !forceVisibleKeys {
            throw ValidationError(
                "--key shows the key to every process of this machine and to the shell's history. Use --keys FILE, or "
                    + "let the command ask; if the key may be seen, add --force-visible-keys.")
        }
        if (vault == nil) != (masterKey == nil) {
            throw ValidationError("--vault FILE and --master-key INDEX go together.")
        }
        if vault != nil, let diversification, diversification.value != .kdf3 {
            throw ValidationError("Keys in a vault are diversified with kdf3.")
        }
    }

    /// The keys, asked for when the card has said which ones it wants.
    ///
    /// - Parameter unlock: what opens the vault, if it is one.
    func source(unlock: VaultOptions) throws -> any CardKeySource {
        if let keys {
            let file = try KeySetsFile.read(keys).taken(for: diversification?.value)
            return keysOf.map { file.serving($0.aid) } ?? file
        }
        if let vault, let masterKey {
            let opened = try SealedVault.open(at: vault, unlock: try unlock.unlock(keyFileDefault: vault + ".key"))
            return VaultKeySource(vault: opened, masterKey: MasterKeyIndex(rawValue: masterKey))
        }
        if testKeys { return FixedKeySource(try material(Self.testKey)) }
        if let key { return FixedKeySource(try Self.material(hex: key, diversification?.value ?? .none)) }
        guard Terminal.console.ask != nil else {
            throw CommandFailure(
                .usage, "keys are needed and nobody can be asked for them",
                nextStep: "--keys FILE, --vault FILE --master-key INDEX, or --test-keys for a development card")
        }
        return PromptKeySource(diversification: diversification?.value ?? .none)
    }

    /// Every key set that was given, with a name for each.
    func candidates(unlock: VaultOptions) async throws -> [(name: String, material: CardKeyMaterial)] {
        if let keys {
            return try KeySetsFile.read(keys).entries.enumerated().map { number, entry in
                let domain = entry.securityDomain.map { " (\($0))" } ?? ""
                return ("set \(number + 1) of \(keys)\(domain)", entry.material)
            }
        }
        guard vault == nil else {
            throw CommandFailure(.usage, "the keys in a vault follow from a card's own data: use `gp keys verify`")
        }
        let request = CardKeyRequest(
            securityDomain: nil, keyVersion: nil, secureChannelProtocol: 0x03, diversificationData: [])
        do {
            return [
                (testKeys ? "the test keys" : "the keys given", try await source(unlock: unlock).material(for: request))
            ]
        } catch let error as CardKeysUnavailable { throw CommandFailure(.usage, "\(error)") }
    }

    private func material(_ key: SecretBytes) throws -> CardKeyMaterial {
        try CardKeyMaterial(repeating: key, diversification: diversification?.value ?? .none)
    }

    /// One key, or three between colons.
    static func material(hex: String, _ diversification: KeyDiversification) throws -> CardKeyMaterial {
        let parts = hex.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3 else {
            throw CommandFailure(.usage, "a key is one in hex, or three as ENC:MAC:DEK; found \(parts.count)")
        }
        let keys: [SecretBytes]
        do { keys = try parts.map { SecretBytes(try [UInt8](hex: $0)) } } catch {
            throw CommandFailure(.usage, "a key is written in hex: \(error)")
        }
        do {
            return try CardKeyMaterial(
                enc: keys[0], mac: keys.count == 3 ? keys[1] : keys[0], dek: keys.count == 3 ? keys[2] : keys[0],
                diversification: diversification)
        } catch { throw CommandFailure(.usage, "\(error)") }
    }

    private static let testKey = SecretBytes(Array(UInt8(0x40)...0x4F))
}

/// A diversification on the command line.
struct DiversificationArgument: ExpressibleByArgument {
    let value: KeyDiversification

    static let choices = KeyDiversification.allCases.map(\.rawValue).joined(separator: ", ")

    init?(argument: String) {
        guard let value = KeyDiversification(rawValue: argument.lowercased()) else { return nil }
        self.value = value
    }
}
