import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp list`.
struct GPListCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List security domains, applications and packages as a tree.",
        discussion: """
              seneschal gp list --keys my.card.keys
              seneschal gp list --card my.card --test-keys
              seneschal gp list --test-keys --json | jq -r '.applications[] | select(.state == "LOCKED").aid'
              seneschal gp list --sd A0000001515350410000 --keys provider.keys

            A security domain lists what it may see: the issuer's everything, another one what is associated with it.
            """)

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let registry = try await withSession { session in try await session.registry() }
        return GPAnswer(registry.json, registry.tree.flatMap { $0.lines() })
    }
}

extension CardRegistry {
    /// The registry for programs: flat lists, as GET STATUS answers them.
    var json: JSONValue {
        .object(of: [
            "issuerSecurityDomain": issuerSecurityDomain.map {
                RegistryNode.json($0, state: CardLifeCycle(rawValue: $0.lifeCycle)?.description)
            },
            "applications": .array(
                applications.map { entry in
                    let isDomain = entry.privileges?.contains(.securityDomain) ?? false
                    return RegistryNode.json(
                        entry,
                        state: isDomain
                            ? entry.securityDomainLifeCycle?.description : entry.applicationLifeCycle?.description)
                }),
            "packages": .array(
                loadFiles.map {
                    RegistryNode.json($0, state: ExecutableLoadFileLifeCycle(rawValue: $0.lifeCycle)?.description)
                }),
        ])
    }
}

extension RegistryNode {
    fileprivate static func json(_ entry: RegistryEntry, state: String?) -> JSONValue {
        .object(of: [
            "aid": .string("\(entry.aid)"), "state": .string(state ?? [entry.lifeCycle].hex),
            "lifeCycle": .string([entry.lifeCycle].hex),
            "privileges": entry.privileges.map { .array($0.words.map(JSONValue.string)) },
            "package": entry.executableLoadFile.map { .string("\($0)") },
            "version": entry.version.map { .string($0.map { "\($0)" }.joined(separator: ".")) },
            "modules": entry.modules.isEmpty ? nil : .array(entry.modules.map { .string("\($0)") }),
            "securityDomain": entry.securityDomain.map { .string("\($0)") },
        ])
    }

    /// The entry and what hangs from it, as branches.
    func lines(_ branch: String = "", _ indent: String = "") -> [String] {
        var lines = ["\(branch)\(word) \(entry.aid.readable)  \(state)\(details)"]
        let privileges = entry.privileges?.words.filter { $0 != "SecurityDomain" } ?? []
        let stem = indent + (children.isEmpty ? "   " : "│  ")
        if !privileges.isEmpty { lines.append("\(stem)    \(privileges.joined(separator: ", "))") }
        lines += entry.modules.map { "\(stem)    module \($0.readable)" }
        for (index, child) in children.enumerated() {
            let isLast = index == children.count - 1
            lines += child.lines(indent + (isLast ? "└─ " : "├─ "), indent + (isLast ? "   " : "│  "))
        }
        return lines
    }

    private var word: String {
        switch kind {
        case .issuerSecurityDomain: "ISD"
        case .securityDomain: "SD "
        case .application: "App"
        case .executableLoadFile: "Pkg"
        }
    }

    private var details: String {
        let version = entry.version.map { "  version " + $0.map { "\($0)" }.joined(separator: ".") }
        let origin = entry.executableLoadFile.map { "  from \($0)" }
        return (version ?? "") + (origin ?? "")
    }
}

extension Privileges {
    /// The privileges as they are given on the command line.
    var words: [String] { Self.names.filter { contains($0.privilege) }.map(\.name) }
}

extension AID {
    /// The AID, and its text where it is one.
    var readable: String {
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return "\(self)" }
        return "\(self) (\(String(decoding: bytes, as: UTF8.self)))"
    }
}
