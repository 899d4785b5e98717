import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SeneschalAPI

/// `seneschal gp keys …`.
struct GPKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys of a security domain: list, verify, search, put, rotate, recover, delete.",
        subcommands: [List.self, Verify.self, Search.self, Put.self, Rotate.self, Recover.self, Delete.self])

    /// `seneschal gp keys list`.
    struct List: GPAction {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List versions, identifiers, types and sizes of the keys.",
            discussion: """
                  seneschal gp keys list
                  seneschal gp keys list --sd A0000001515350410000

                No keys are needed; their values are never told by a card.
                """)

        @OptionGroup(title: "Which card") var selection: CardSelection

        @Option(
            name: .customLong("sd"),
            help: ArgumentHelp("The security domain; the issuer's when absent.", valueName: "aid"))
        var securityDomain: AIDArgument?

        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let report = try await selection.withCard { channel in
                try await CardManager(channel: channel, keys: NoKeys()).report(securityDomain: securityDomain?.aid)
            }
            let answer = report.answers.first { $0.tag == 0x00E0 }
            if let answer, answer.statusWord.isRefusal {
                throw CardManagementError.cardRefused(
                    CommandRefusal(command: "GET DATA (key information)", statusWord: answer.statusWord))
            }
            return GPAnswer(
                .object(of: [
                    "securityDomain": report.securityDomain.map { .string("\($0)") },
                    "keys": .array(report.keys.map(\.json)),
                ]), report.keys.isEmpty ? ["No keys."] : report.keys.map(\.line))
        }
    }

    /// `seneschal gp keys verify`.
    struct Verify: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that the card holds these keys, without burning a try.",
            discussion: """
                  seneschal gp keys verify --keys candidate.keys
                  seneschal gp keys verify --vault tsm.vault --master-key 3 --key-version 30

                The card's cryptogram is checked against the keys here; EXTERNAL AUTHENTICATE is not sent. Exit status 5 \
                says that the card has other keys, and the message what was found out about them.
                """)

        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let verified = try await withManager { try await $0.verify(channel.request) }
            return GPAnswer(
                .object(of: [
                    "securityDomain": verified.securityDomain.map { .string("\($0)") },
                    "keyVersion": verified.keyVersion.map { .string("\($0)") },
                    "secureChannelProtocol": .string([verified.secureChannelProtocol].hex),
                    "implementation": .string([verified.implementation].hex),
                    "diversificationData": .hex(verified.diversificationData),
                    "diversification": .string(verified.diversification.rawValue),
                ]),
                [
                    "The card holds these keys: version \(verified.keyVersion.map { "\($0)" } ?? "00"), "
                        + "SCP\([verified.secureChannelProtocol].hex) i=\([verified.implementation].hex), "
                        + "diversification \(verified.diversification.rawValue). No try was burnt."
                ])
        }
    }
}

extension GPKeysCommand {
    /// `seneschal gp keys search`.
    struct Search: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "search",
            abstract: "Find out which key sets of the card some keys open, without burning a try.",
            discussion: """
                  seneschal gp keys search --keys candidates.keys
                  seneschal gp keys search --test-keys --sd A0000001515350410001

                Every key set of the file is tried against every version that the card lists, under every \
                diversification; EXTERNAL AUTHENTICATE is not sent. Some cards count every INITIALIZE UPDATE that nothing \
                follows: do not run it in a loop.
                """)

        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func perform() async throws -> GPAnswer {
            let candidates = try await keys.candidates(unlock: unlock)
            let matches = try await selection.withCard { card in
                try await CardManager(channel: card, keys: NoKeys())
                    .search(for: candidates.map(\.material), in: channel.securityDomain?.aid)
            }
            let found = matches.map { match in
                JSONValue.object(of: [
                    "keys": .string(candidates[match.materialIndex].name),
                    "keyVersion": match.keyVersion.map { .string("\($0)") },
                    "secureChannelProtocol": .string([match.secureChannelProtocol].hex),
                    "diversification": .string(match.diversification.rawValue),
                ])
            }
            let lines = matches.map { match in
                "version \(match.keyVersion.map { "\($0)" } ?? "00"): \(candidates[match.materialIndex].name), "
                    + "SCP\([match.secureChannelProtocol].hex), diversification \(match.diversification.rawValue)"
            }
            guard !matches.isEmpty else {
                return GPAnswer(
                    ["matches": []], [],
                    failure: CommandFailure(.wrongKeys, "none of \(candidates.count) key sets opens this card"))
            }
            return GPAnswer(["matches": .array(found)], lines)
        }
    }
}
