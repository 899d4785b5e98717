public import GlobalPlatform
public import ISO7816

/// The GlobalPlatform Registry as one security domain sees it.
public struct CardRegistry: Equatable, Sendable {
    /// Absent for a security domain that may not ask for it.
    public var issuerSecurityDomain: RegistryEntry?
    /// Applications and supplementary Security Domains.
    public var applications: [RegistryEntry]
    public var loadFiles: [RegistryEntry]
    /// The card answered in TLV; without it associations are unknown.
    public var isDetailed: Bool

    public init(
        issuerSecurityDomain: RegistryEntry? = nil, applications: [RegistryEntry] = [],
        loadFiles: [RegistryEntry] = [], isDetailed: Bool = true
    ) {
        self.issuerSecurityDomain = issuerSecurityDomain
        self.applications = applications
        self.loadFiles = loadFiles
        self.isDetailed = isDetailed
    }

    public func application(_ aid: AID) -> RegistryEntry? {
        applications.first { $0.aid == aid } ?? issuerSecurityDomain.flatMap { $0.aid == aid ? $0 : nil }
    }

    public func loadFile(_ aid: AID) -> RegistryEntry? { loadFiles.first { $0.aid == aid } }

    /// The registry as a tree: security domains with what is associated with them.
    public var tree: [RegistryNode] {
        let entries =
            (issuerSecurityDomain.map { [($0, RegistryNode.Kind.issuerSecurityDomain)] } ?? [])
            + applications.map { ($0, $0.isSecurityDomain ? .securityDomain : .application) }
            + loadFiles.map { ($0, .executableLoadFile) }
        let known = Set(entries.map(\.0.aid))
        let root = issuerSecurityDomain?.aid
        /// What an entry hangs from; a card that does not tell hangs everything from the issuer security domain.
        func parent(_ entry: RegistryEntry) -> AID? {
            guard entry.aid != root else { return nil }
            if let domain = entry.securityDomain, domain != entry.aid, known.contains(domain) { return domain }
            return entry.securityDomain == entry.aid ? nil : root
        }
        func node(_ entry: RegistryEntry, _ kind: RegistryNode.Kind, above: Set<AID>) -> RegistryNode {
            let below = entries.filter {
                parent($0.0) == entry.aid && !above.contains($0.0.aid) && $0.0.aid != entry.aid
            }
            return RegistryNode(
                entry: entry, kind: kind,
                children: below.map { node($0.0, $0.1, above: above.union([entry.aid])) })
        }
        return entries.filter { parent($0.0) == nil }.map { node($0.0, $0.1, above: []) }
    }
}

/// One entry of the registry with what is associated with it.
public struct RegistryNode: Equatable, Sendable {
    public let entry: RegistryEntry
    public let kind: Kind
    public let children: [RegistryNode]

    /// What an entry is.
    public enum Kind: String, Equatable, Sendable {
        case issuerSecurityDomain, securityDomain, application, executableLoadFile
    }

    /// The life cycle state in words.
    public var state: String {
        switch kind {
        case .issuerSecurityDomain: CardLifeCycle(rawValue: entry.lifeCycle)?.description ?? unknown
        case .securityDomain: entry.securityDomainLifeCycle?.description ?? unknown
        case .application: entry.applicationLifeCycle?.description ?? unknown
        case .executableLoadFile:
            ExecutableLoadFileLifeCycle(rawValue: entry.lifeCycle)?.description ?? unknown
        }
    }

    private var unknown: String { "state \([entry.lifeCycle].hex)" }
}

extension RegistryEntry {
    var isSecurityDomain: Bool { privileges?.contains(.securityDomain) ?? false }
}
