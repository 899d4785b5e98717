import CardCryptography
public import GlobalPlatform
import ISO7816
public import SecureChannel

/// The persistent memory of a card: what survives when the power goes. Commands change it whole or not at all.
struct CardMemory: Equatable, Sendable {
    var lifeCycle: CardLifeCycle
    var identity: CardIdentity
    /// What of its configuration the card keeps.
    var rules: CardRules
    /// In the order of loading.
    var loadFiles: [RegisteredLoadFile]
    /// In the order of installation, the issuer security domain first.
    var applications: [RegisteredApplication]
    /// Bytes that load files, instances and keys may take together.
    var capacity: Int

    static let applicationsMax = 128
    static let loadFilesMax = 64
}

/// What a card is told at manufacture and reports for ever.
public struct CardIdentity: Equatable, Sendable {
    /// Tag 42.
    public var issuerIdentificationNumber: [UInt8]
    /// Tag 45; names the card to the central TSM.
    public var cardImageNumber: [UInt8]
    /// 10 bytes, the first field of INITIALIZE UPDATE's answer.
    public var keyDiversificationData: [UInt8]
    public var productionData: CardProductionLifeCycleData
    /// The "i" parameter of SCP03 on every security domain.
    public var implementation: SCP03Implementation
    /// The "i" parameter of SCP02, which DES keys make a security domain speak; `nil` for a card without it.
    public var scp02: SCP02Implementation?
    /// Failed EXTERNAL AUTHENTICATEs in a row after which a security domain opens no session any more; `nil` for none.
    public var authenticationFailuresMax: Int?

    public init(
        issuerIdentificationNumber: [UInt8], cardImageNumber: [UInt8], keyDiversificationData: [UInt8],
        productionData: CardProductionLifeCycleData = .init(), implementation: SCP03Implementation,
        scp02: SCP02Implementation? = nil, authenticationFailuresMax: Int? = nil
    ) {
        precondition(
            keyDiversificationData.count == KeyDiversification.dataLength, "key diversification data has ten bytes")
        precondition(authenticationFailuresMax.map { $0 > 0 } ?? true, "one failure at least is allowed")
        self.issuerIdentificationNumber = issuerIdentificationNumber
        self.cardImageNumber = cardImageNumber
        self.keyDiversificationData = keyDiversificationData
        self.productionData = productionData
        self.implementation = implementation
        self.scp02 = scp02
        self.authenticationFailuresMax = authenticationFailuresMax
    }
}

/// A load file in the registry: code without instances.
struct RegisteredLoadFile: Equatable, Sendable {
    var aid: AID
    var version: [UInt8]
    var modules: [AID]
    var securityDomain: AID
    /// Code that came with the card and stays with it.
    var isImmutable: Bool
    /// Bytes of the load file data block.
    var size: Int
}

/// An Application or Security Domain in the registry.
struct RegisteredApplication: Equatable, Sendable {
    var aid: AID
    var loadFile: AID
    var module: AID
    /// An ``ApplicationLifeCycle`` or a ``SecurityDomainLifeCycle``; of the issuer security domain, the card's.
    var lifeCycle: UInt8
    var privileges: Privileges
    /// The SD it is associated with; the issuer security domain is associated with itself.
    var securityDomain: AID
    var content: Content
    /// Who locked it: only they, or an SD above them, unlock it.
    var lockedBy: AID?
    /// What it may take of the card's memory, and what is set aside for it.
    var allotment = MemoryAllotment()
    /// The channels that it is selected on without a SELECT.
    var implicitSelections: [ImplicitSelection] = []

    enum Content: Equatable, Sendable {
        case securityDomain(SecurityDomain)
        case applet(InstalledApplet)
    }

    var isSecurityDomain: Bool { if case .securityDomain = content { true } else { false } }

    /// Whether SELECT finds it, the card's own state aside.
    var isSelectable: Bool { lifeCycle & 0x80 == 0 && lifeCycle & 0x04 != 0 }

    var isLocked: Bool { lifeCycle & 0x80 != 0 }
}

/// An instance of a module: its code's state, and how far it is personalized.
struct InstalledApplet: Equatable, Sendable {
    var code: AppletCode {
        didSet { size = code.size }
    }
    var personalization: PersonalizationRecord
    /// Bytes that ``code`` keeps; counted when it changes, because the whole card's are added up with every LOAD.
    private(set) var size: Int

    init(code: AppletCode, personalization: PersonalizationRecord = PersonalizationRecord()) {
        self.code = code
        self.personalization = personalization
        size = code.size
    }
}

/// Ours (in tag DF70): how far an application is personalized, for off-card entities that lost an answer.
struct PersonalizationRecord: Equatable, Sendable {
    /// STORE DATA commands accepted since the last INSTALL [for personalization].
    var blocksAccepted: UInt16 = 0
    /// The last block has been accepted.
    var isComplete = false
    /// Completed personalizations, ever.
    var completions: UInt16 = 0
}

// MARK: - Look-ups

extension CardMemory {
    /// The issuer security domain; in Fig. 5 the central SD too.
    var issuerSecurityDomain: AID { applications[0].aid }

    /// Where an Application stands. By index, because to hand an entry to a closure is to copy it, and every command
    /// looks up several.
    func index(of aid: AID) -> Int? { applications.indices.first { applications[$0].aid == aid } }

    func application(_ aid: AID) -> RegisteredApplication? { index(of: aid).map { applications[$0] } }

    func loadFile(_ aid: AID) -> RegisteredLoadFile? { loadFiles.first { $0.aid == aid } }

    /// The security domain with this AID.
    func securityDomain(_ aid: AID) -> SecurityDomain? {
        guard let index = index(of: aid), case .securityDomain(let domain) = applications[index].content else {
            return nil
        }
        return domain
    }

    /// The role of a security domain; that of a service provider for whatever else has this AID.
    func role(of aid: AID) -> SecurityDomainRole { securityDomain(aid)?.role ?? .serviceProvider }

    /// The nearest security domain with a privilege, from `aid` upwards, `aid` included.
    func nearest(_ privilege: Privileges, from aid: AID) -> AID? {
        var current = aid
        for _ in 0...applications.count {
            guard let index = index(of: current) else { return nil }
            if applications[index].isSecurityDomain, applications[index].privileges.isSuperset(of: privilege) {
                return current
            }
            guard applications[index].securityDomain != current else { return nil }
            current = applications[index].securityDomain
        }
        return nil
    }

    /// The security domain that an Application or load file is associated with.
    func parent(of aid: AID) -> AID? {
        index(of: aid).map { applications[$0].securityDomain } ?? loadFile(aid)?.securityDomain
    }

    /// Changes the security domain with this AID in place.
    mutating func updateSecurityDomain(_ aid: AID, _ change: (inout SecurityDomain) -> Void) {
        guard let index = index(of: aid), case .securityDomain(var domain) = applications[index].content else { return }
        change(&domain)
        applications[index].content = .securityDomain(domain)
    }

    /// Changes the applet instance with this AID in place.
    mutating func updateApplet<Failure: Error>(
        _ aid: AID, _ change: (inout InstalledApplet) throws(Failure) -> Void
    ) throws(Failure) {
        guard let index = index(of: aid), case .applet(var applet) = applications[index].content else { return }
        try change(&applet)
        applications[index].content = .applet(applet)
    }

    /// Whether `aid` lies below `ancestor` in the tree of associations, or is it.
    func isInSubtree(_ aid: AID, of ancestor: AID) -> Bool {
        var current = aid
        // The tree is at most as deep as it has nodes; the issuer security domain is its own parent.
        for _ in 0...applications.count {
            if current == ancestor { return true }
            guard let parent = parent(of: current), parent != current else { return false }
            current = parent
        }
        return false
    }

    /// The nearest SD that has a key set for sessions, from `aid` upwards: an SD without keys uses those of its SD.
    func keyOwner(of aid: AID) -> AID {
        var current = aid
        for _ in 0...applications.count {
            if securityDomain(current)?.defaultKeySet(identity) != nil { return current }
            guard let index = index(of: current), applications[index].securityDomain != current else { break }
            let parent = applications[index].securityDomain
            current = parent
        }
        return issuerSecurityDomain
    }
}

extension RegisteredApplication {
    /// Bytes of persistent memory: a fixed share for the registry entry, and what it holds.
    var size: Int {
        switch content {
        case .securityDomain(let domain):
            entrySize + domain.keys.reduce(0) { $0 + 8 + $1.bytes.count } + (domain.authority?.size ?? 0)
        case .applet(let applet): entrySize + applet.size
        }
    }

    /// The share of the registry entry: on the card's account, not on that of the entry's own allotment.
    var entrySize: Int { isSecurityDomain ? 128 : 96 }

    /// The registry entry of GET STATUS.
    var registryEntry: RegistryEntry {
        RegistryEntry(
            aid: aid, lifeCycle: lifeCycle, privileges: privileges, executableLoadFile: loadFile,
            securityDomain: securityDomain, implicitSelections: implicitSelections)
    }
}
