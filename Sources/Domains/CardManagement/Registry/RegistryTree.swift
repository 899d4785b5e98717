import GlobalPlatform
import ISO7816

/// Hangs the entries of a registry from the security domains that they are associated with.
struct RegistryTree {
    private struct Item {
        let entry: RegistryEntry
        let kind: RegistryNode.Kind
        /// What it hangs from.
        let parent: AID?
    }

    private var waiting: [Item]
    private(set) var nodes: [RegistryNode] = []

    init(_ registry: CardRegistry) {
        let entries =
            (registry.issuerSecurityDomain.map { [($0, RegistryNode.Kind.issuerSecurityDomain)] } ?? [])
            + registry.applications.map { ($0, $0.isSecurityDomain ? .securityDomain : .application) }
            + registry.loadFiles.map { ($0, .executableLoadFile) }
        let root = registry.issuerSecurityDomain?.aid
        let known = Set(entries.map(\.0.aid))
        waiting = entries.map { entry, kind in
            Item(entry: entry, kind: kind, parent: Self.parent(of: entry, root: root, known: known))
        }
        nodes = take { $0.parent == nil }
        // What is left is associated with itself over others.
        while let first = waiting.first { nodes += take { $0.entry == first.entry } }
    }

    /// A card that does not tell hangs everything from the issuer security domain.
    private static func parent(of entry: RegistryEntry, root: AID?, known: Set<AID>) -> AID? {
        guard entry.aid != root else { return nil }
        guard let domain = entry.securityDomain, known.contains(domain) else { return root }
        return domain == entry.aid ? nil : domain
    }

    /// The entries that are meant, with all that hangs from them, out of those that wait.
    private mutating func take(_ isMeant: (Item) -> Bool) -> [RegistryNode] {
        let taken = waiting.filter(isMeant)
        waiting.removeAll(where: isMeant)
        return taken.map { item in
            let children = take { $0.parent == item.entry.aid }
            return RegistryNode(entry: item.entry, kind: item.kind, children: children)
        }
    }
}
