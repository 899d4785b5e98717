import CardCryptography
import GlobalPlatform
public import ISO7816
import SecureChannel

/// What is on a card, for its owner to look at: everything but keys and the applications' own data.
public struct CardInventory: Equatable, Sendable, Codable {
    /// The life cycle state, as the standard spells it.
    public let lifeCycle: String
    /// The source's figure that its security domains follow.
    public let configuration: String
    /// Hex, as the other byte fields here.
    public let issuerIdentificationNumber: String
    public let cardImageNumber: String
    public let keyDiversificationData: String
    /// The "i" parameter of SCP03.
    public let secureChannelImplementation: String
    /// The "i" parameter of SCP02; absent on cards without it.
    public let scp02Implementation: String?
    public let memory: Memory
    /// In the order of loading.
    public let loadFiles: [LoadFile]
    /// In the order of installation, the issuer security domain first.
    public let applications: [Application]

    /// Persistent memory in bytes.
    public struct Memory: Equatable, Sendable, Codable {
        public let capacity: Int
        public let used: Int
    }

    /// An Executable Load File.
    public struct LoadFile: Equatable, Sendable, Codable {
        public let aid: AID
        public let version: String
        public let modules: [AID]
        public let securityDomain: AID
        /// It came with the card and cannot be deleted.
        public let isBuiltIn: Bool
        public let size: Int
    }

    /// An Application or Security Domain.
    public struct Application: Equatable, Sendable, Codable {
        public let aid: AID
        public let isSecurityDomain: Bool
        /// What a security domain is there for; absent for other applications.
        public let role: String?
        public let lifeCycle: String
        /// By their names in the standard.
        public let privileges: [String]
        /// The security domain it is associated with; the issuer security domain is associated with itself.
        public let securityDomain: AID
        public let loadFile: AID
        public let module: AID
        public let keys: [KeyVersion]
        /// The logical channels that it is selected on without a SELECT.
        public let implicitlySelectedOn: [Int]
        /// In bytes of persistent memory; absent without a limit of its own.
        public let quota: Int?
        /// Bytes of persistent memory that are set aside for it.
        public let reserved: Int
    }

    /// The keys of one version: which there are, never what they are.
    public struct KeyVersion: Equatable, Sendable, Codable {
        /// Hex: `01` to `7F`.
        public let version: String
        /// Identifier, type (Table 11-16) and length in bytes of each.
        public let keys: [Key]
        /// The sequence counter: the last one used in SCP03, the next one in SCP02; absent for other keys.
        public let sequenceCounter: Int?
    }

    /// One key by its outside.
    public struct Key: Equatable, Sendable, Codable {
        public let identifier: String
        public let type: String
        public let length: Int
    }
}

extension SecureElement {
    /// What is on the card, without secrets.
    public var inventory: CardInventory {
        CardInventory(
            lifeCycle: "\(memory.lifeCycle)", configuration: "\(memory.rules.figure)",
            issuerIdentificationNumber: memory.identity.issuerIdentificationNumber.hex,
            cardImageNumber: memory.identity.cardImageNumber.hex,
            keyDiversificationData: memory.identity.keyDiversificationData.hex,
            secureChannelImplementation: [memory.identity.implementation.rawValue].hex,
            scp02Implementation: memory.identity.scp02.map { [$0.rawValue].hex },
            memory: .init(capacity: memory.capacity, used: memory.used),
            loadFiles: memory.loadFiles.map { file in
                .init(
                    aid: file.aid, version: file.version.map { "\($0)" }.joined(separator: "."), modules: file.modules,
                    securityDomain: file.securityDomain, isBuiltIn: file.isImmutable, size: file.size)
            },
            applications: memory.applications.map { inventory(of: $0) })
    }

    private func inventory(of application: RegisteredApplication) -> CardInventory.Application {
        var keys: [CardInventory.KeyVersion] = []
        var role: SecurityDomainRole?
        if case .securityDomain(let domain) = application.content {
            keys = domain.inventory
            role = domain.role
        }
        return .init(
            aid: application.aid, isSecurityDomain: application.isSecurityDomain, role: role?.description,
            lifeCycle: lifeCycleName(of: application), privileges: application.privileges.names,
            securityDomain: application.securityDomain, loadFile: application.loadFile, module: application.module,
            keys: keys, implicitlySelectedOn: application.implicitSelections.map(\.logicalChannel),
            quota: application.allotment.quota, reserved: application.allotment.reserved)
    }

    private func lifeCycleName(of application: RegisteredApplication) -> String {
        if application.aid == memory.issuerSecurityDomain { return "\(memory.lifeCycle)" }
        let name: String? =
            application.isSecurityDomain
            ? SecurityDomainLifeCycle(rawValue: application.lifeCycle)?.description
            : ApplicationLifeCycle(rawValue: application.lifeCycle)?.description
        return name ?? [application.lifeCycle].hex
    }
}

extension SecurityDomain {
    fileprivate var inventory: [CardInventory.KeyVersion] {
        var versions: [KeyVersionNumber] = []
        for key in keys where !versions.contains(key.version) { versions.append(key.version) }
        return versions.map { version in
            .init(
                version: "\(version)",
                keys: keys.filter { $0.version == version }.map { key in
                    .init(identifier: "\(key.identifier)", type: "\(key.type)", length: key.bytes.count)
                },
                sequenceCounter: sequenceCounters[version].map { Int($0.rawValue) })
        }
    }
}
