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

    /// The registry as a tree: security domains with what is associated with them. Every entry stands in it, also those
    /// of a card whose associations run in a circle.
    public var tree: [RegistryNode] { RegistryTree(self).nodes }
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
