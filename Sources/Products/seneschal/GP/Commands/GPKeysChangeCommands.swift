import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// Which versions a rotation is between, and the new keys.
struct RotationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The version of the key set to be replaced.", valueName: "hex"))
    var from: KeyVersionArgument

    @Option(help: ArgumentHelp("The version of the new key set; the same one replaces in place.", valueName: "hex"))
    var to: KeyVersionArgument

    @Flag(help: "Put the new set in the place of the old one, although it has another version.")
    var inPlace = false

    @Flag(help: "Keep the old key set too.")
    var keepOld = false

    @OptionGroup var newKeys: NewKeyOptions

    func rotation(on channel: SecureChannelOptions) async throws -> (KeyRotation, file: String?) {
        let securityDomain = channel.securityDomain?.aid
        let (material, file) = try await newKeys.material(version: to.version, of: securityDomain)
        var rotation = KeyRotation(
            securityDomain: securityDomain, from: from.version, to: to.version, newKeys: material,
            place: inPlace ? .inPlace : nil)
        rotation.deletesOld = !keepOld
        rotation.algorithm = newKeys.algorithm?.algorithm
        rotation.isForced = channel.forceAuthentication
        return (rotation, file)
    }
}

extension GPKeysCommand {
    /// `seneschal gp keys put`.
    struct Put: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "put", abstract: "Put a key set, or one key, into a security domain.",
            discussion: """
                  seneschal gp keys put --new-version 30 --random my.keys --keys my.card.keys
                  seneschal gp keys put --new-version 30 --replace FF --new-keys my.keys --test-keys
                  seneschal gp keys put --sd A0000001515350410001 --new-version 73 --public-key dap.pem --keys sd.keys
                  seneschal gp keys put --new-version 70 --public-key token.pem --keys my.card.keys

                Without --replace the keys are added. Usual versions of single keys: 70 verifies tokens, 71 makes \
                receipts, 73 verifies signatures of load files (DAP). To replace the keys that you open the card with, \
                `gp keys rotate` is safer: it proves the new ones before the old ones go.
                """)

        @Option(help: ArgumentHelp("The version that the keys get, 01 to 7F.", valueName: "hex"))
        var newVersion: KeyVersionArgument

        @Option(help: ArgumentHelp("Replace the keys of this version.", valueName: "hex"))
        var replace: KeyVersionArgument?

        @OptionGroup var newKeys: NewKeyOptions
        @OptionGroup var single: SingleKeyOptions
        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func validate() throws {
            if single.publicKey != nil || single.secretKey != nil, newKeys.newKeys != nil || newKeys.random != nil {
                throw ValidationError("Give one key (--public-key, --secret-key) or a key set (--new-keys, --random).")
            }
        }

        func perform() async throws -> GPAnswer {
            let version = newVersion.version
            var file: String?
            if let key = try single.key() {
                try await withSession { session in
                    try await session.putKey(
                        key, version: version, identifier: single.identifier?.identifier ?? .signature,
                        replacing: replace?.version)
                }
            } else {
                // Random keys are made once the card is there and has proved itself: no file is left for nothing.
                file = try await withSession { session in
                    let new = try await newKeys.material(version: version, of: channel.securityDomain?.aid)
                    try await session.putKeys(
                        new.material, version: version, replacing: replace?.version,
                        algorithm: newKeys.algorithm?.algorithm)
                    return new.file
                }
            }
            return GPAnswer(
                .object(of: [
                    "done": "put", "keyVersion": .string("\(version)"),
                    "replaced": replace.map { .string("\($0.version)") }, "file": file.map(JSONValue.string),
                ]),
                ["Keys of version \(version) are on the card; it confirmed their check values."]
                    + (file.map { ["They are in \($0): keep it."] } ?? []))
        }
    }

    /// `seneschal gp keys rotate`.
    struct Rotate: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Replace a key set in two phases: the new one proves itself first.",
            discussion: """
                  seneschal gp keys rotate --from 01 --to 02 --random new.keys --keys my.card.keys
                  seneschal gp keys rotate --from 30 --to 30 --new-keys new.keys --keys old.keys

                The new set comes beside the old one, opens a session, and only then the old one is deleted. What is cut \
                off is taken up by `gp keys recover` with the same options and --new-keys FILE.
                """)

        @OptionGroup var options: RotationOptions
        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            try await withManager { manager in
                // Random keys are made once the card is there and holds the old ones: no file is left for nothing.
                var old = channel.request
                old.keyVersion = options.from.version
                _ = try await manager.verify(old)
                let (rotation, file) = try await options.rotation(on: channel)
                do {
                    return GPAnswer(try await manager.rotate(rotation), rotation, file)
                } catch {
                    if let file { Terminal.message("The new keys are in \(file): keep it until the rotation is done.") }
                    throw error
                }
            }
        }
    }

    /// `seneschal gp keys recover`.
    struct Recover: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "recover", abstract: "End a rotation that was cut off.",
            discussion: """
                  seneschal gp keys recover --from 01 --to 02 --new-keys new.keys --keys my.card.keys

                The card is asked which of the two key sets it holds, without burning a try; then the rotation goes on.
                --examine only asks; --forget takes the record away and leaves the card as it is.
                """)

        @Flag(help: "Only find out which keys the card holds.")
        var examine = false

        @Flag(help: "Forget the rotation, whatever the card holds: for one that nobody can end any more.")
        var forget = false

        @OptionGroup var options: RotationOptions
        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func validate() throws {
            if examine && forget { throw ValidationError("Give --examine or --forget.") }
            if options.newKeys.random != nil {
                throw ValidationError("--random makes new keys; the ones of the rotation are needed: --new-keys FILE.")
            }
        }

        func perform() async throws -> GPAnswer {
            if forget {
                try await withManager { try await $0.forgetRotation(of: channel.securityDomain?.aid) }
                return GPAnswer(["done": "forgotten"], ["The rotation is forgotten; the card was left as it is."])
            }
            let (rotation, _) = try await options.rotation(on: channel)
            guard examine else {
                return GPAnswer(try await withManager { try await $0.recover(rotation) }, rotation, nil)
            }
            let state = try await withManager { try await $0.examine(rotation) }
            return GPAnswer(fields: [
                ("old", .string(state.old.rawValue)), ("new", .string(state.new.rawValue)),
            ])
        }
    }

    /// `seneschal gp keys delete`.
    struct Delete: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete keys by version, identifier, or both.",
            discussion: """
                  seneschal gp keys delete --version 02 --keys my.card.keys
                  seneschal gp keys delete --version 73 --identifier 01 --sd A0000001515350410001 --keys sd.keys
                """)

        @Option(help: ArgumentHelp("The version of the keys.", valueName: "hex"))
        var version: KeyVersionArgument?

        @Option(help: ArgumentHelp("The identifier of the key.", valueName: "hex"))
        var identifier: KeyIdentifierArgument?

        @OptionGroup var confirmation: ConfirmationOptions
        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func validate() throws {
            if version == nil && identifier == nil { throw ValidationError("Which keys? --version or --identifier.") }
        }

        func perform() async throws -> GPAnswer {
            let what = [version.map { "version \($0.version)" }, identifier.map { "identifier \($0.identifier)" }]
                .compactMap { $0 }.joined(separator: ", ")
            try confirmation.confirm(
                "Keys of \(what) go from \(channel.securityDomain.map { "\($0.aid)" } ?? "the issuer security domain"). "
                    + "Without keys that you hold, nobody manages it any more.", typing: "delete")
            try await withSession { session in
                try await session.deleteKey(version: version?.version, identifier: identifier?.identifier)
            }
            return GPAnswer(
                .object(of: [
                    "done": "deleted", "keyVersion": version.map { .string("\($0.version)") },
                    "identifier": identifier.map { .string("\($0.identifier)") },
                ]), ["The keys of \(what) are deleted."])
        }
    }
}

extension GPAnswer {
    /// What a rotation came to.
    fileprivate init(_ outcome: KeyRotationOutcome, _ rotation: KeyRotation, _ file: String?) {
        let old: (word: String, sentence: String) =
            switch outcome.old {
            case .deleted: ("deleted", "version \(rotation.oldVersion) is deleted")
            case .replaced: ("replaced", "it took the place of version \(rotation.oldVersion)")
            case .kept: ("kept", "version \(rotation.oldVersion) is still there")
            case .refusedToGo(let status):
                ("refused-to-go", "the card does not let version \(rotation.oldVersion) go (\(status))")
            }
        self.init(
            .object(of: [
                "done": "rotated", "keyVersion": .string("\(rotation.newVersion)"), "old": .string(old.word),
                "wasResumed": .boolean(outcome.wasResumed), "reconnections": .integer(outcome.reconnections),
                "file": file.map(JSONValue.string),
            ]),
            ["Key set \(rotation.newVersion) is on the card and has proved itself; \(old.sentence)."]
                + (outcome.wasResumed ? ["A rotation that was cut off was completed."] : [])
                + (file.map { ["The new keys are in \($0): keep it."] } ?? []))
    }
}
