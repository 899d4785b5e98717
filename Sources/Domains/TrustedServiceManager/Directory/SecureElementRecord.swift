public import ISO7816

/// What a TSM knows of one secure element and of the security domain that it manages content through.
public struct SecureElementRecord: Hashable, Sendable, Codable {
    public var id: SecureElementIdentifier
    /// The mobile network that Request_z leaves through (TSM-06).
    public var mobileNetwork: String
    public var profileID: String
    public var type: SecureElementType
    public var standard: StandardVersion
    public var certificationLevel: Int
    /// Seconds since 1970-01-01 UTC.
    public var expiresAt: Int64
    public var configuration: SecureElementConfiguration
    public var managementRole: ManagementRole
    /// The management domain: the central SD, or the MNO SD or third-party SD where this TSM is another's than the
    /// central one (``managementRole``).
    public var centralSecurityDomain: CentralSecurityDomainRecord
    /// The issuer SD, where it stands apart and this TSM holds a key set of it: what the card is locked through in
    /// Figs. 7 and 8 (TSM-29).
    public var issuerSecurityDomain: CentralSecurityDomainRecord?
    public var lifeCycle: SecureElementLifeCycle
    public var registeredAt: Int64

    public init(
        id: SecureElementIdentifier, mobileNetwork: String, profileID: String, type: SecureElementType,
        standard: StandardVersion, certificationLevel: Int, expiresAt: Int64,
        configuration: SecureElementConfiguration = .embedded, managementRole: ManagementRole = .central,
        centralSecurityDomain: CentralSecurityDomainRecord, issuerSecurityDomain: CentralSecurityDomainRecord? = nil,
        lifeCycle: SecureElementLifeCycle = .operational, registeredAt: Int64
    ) {
        self.id = id
        self.mobileNetwork = mobileNetwork
        self.profileID = profileID
        self.type = type
        self.standard = standard
        self.certificationLevel = certificationLevel
        self.expiresAt = expiresAt
        self.configuration = configuration
        self.managementRole = managementRole
        self.centralSecurityDomain = centralSecurityDomain
        self.issuerSecurityDomain = issuerSecurityDomain
        self.lifeCycle = lifeCycle
        self.registeredAt = registeredAt
    }

    /// The security domain that locks and terminates the card: the issuer SD, which in Fig. 5 is the central SD.
    public var cardLockingDomain: CentralSecurityDomainRecord? {
        configuration.hasIssuerSecurityDomainApart ? issuerSecurityDomain : centralSecurityDomain
    }

    /// Takes in what a reading found of the domain with this AID, and of the card as a whole.
    mutating func absorb(_ snapshot: CardSnapshot, readingBegunWith aid: AID) {
        if let state = snapshot.cardState { lifeCycle = state }
        guard let counter = snapshot.central.sequenceCounter else { return }
        if centralSecurityDomain.aid == aid { centralSecurityDomain.sequenceCounter = counter }
        if issuerSecurityDomain?.aid == aid { issuerSecurityDomain?.sequenceCounter = counter }
    }
}

/// The form factor of a secure element.
public enum SecureElementType: String, Sendable, Codable, CaseIterable {
    case uicc = "UICC"
    case embedded = "eSE"
    case nfcEnabler = "NFC enabler"
}

/// The standard that a secure element follows, such as GlobalPlatform 2.3.1.
public struct StandardVersion: Hashable, Sendable, Codable, CustomStringConvertible {
    public var name: String
    public var version: String

    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    public var description: String { "\(name) \(version)" }

    /// Whether this version satisfies `minimum`: same standard, no lower version, compared number by number.
    public func satisfies(_ minimum: StandardVersion) -> Bool {
        guard name.lowercased() == minimum.name.lowercased(), let own = numbers, let wanted = minimum.numbers else {
            return false
        }
        for index in 0..<max(own.count, wanted.count) {
            let (left, right) = (index < own.count ? own[index] : 0, index < wanted.count ? wanted[index] : 0)
            if left != right { return left > right }
        }
        return true
    }

    /// The version as numbers, or `nil` when it is not dotted decimal.
    var numbers: [Int]? {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        return parts.contains(nil) || parts.isEmpty ? nil : parts.compactMap { $0 }
    }
}

/// A security domain that this TSM holds keys of, the central SD first of all: how to reach it and which keys open it.
public struct CentralSecurityDomainRecord: Hashable, Sendable, Codable {
    public var aid: AID
    public var keys: KeyReference
    /// The last Secure Channel Sequence Counter used; the next session uses one more (GPC Amd D §6.2.2.1).
    public var sequenceCounter: UInt32
    /// The "i" parameter of SCP03 (GPC Amd D Table 5-1).
    public var implementation: UInt8

    public init(aid: AID, keys: KeyReference, sequenceCounter: UInt32, implementation: UInt8) {
        self.aid = aid
        self.keys = keys
        self.sequenceCounter = sequenceCounter
        self.implementation = implementation
    }
}

/// A key set on a card, named by the master key it is diversified from; never the key bytes.
public struct KeyReference: Hashable, Sendable, Codable {
    public var masterKeyIndex: MasterKeyIndex
    /// Key Version Number on the card.
    public var keyVersionNumber: UInt8
    /// 10 bytes, as INITIALIZE UPDATE answers them.
    public var keyDiversificationData: [UInt8]

    public init(masterKeyIndex: MasterKeyIndex, keyVersionNumber: UInt8, keyDiversificationData: [UInt8]) {
        self.masterKeyIndex = masterKeyIndex
        self.keyVersionNumber = keyVersionNumber
        self.keyDiversificationData = keyDiversificationData
    }
}

/// Names a master key inside the vault.
public struct MasterKeyIndex: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A subscription and the secure element it stands for.
public struct SubscriptionRecord: Hashable, Sendable, Codable {
    public var msi: MobileSubscriptionIdentifier
    public var secureElement: SecureElementIdentifier

    public init(msi: MobileSubscriptionIdentifier, secureElement: SecureElementIdentifier) {
        self.msi = msi
        self.secureElement = secureElement
    }
}

/// A mobile network through which secure elements are reached.
public struct MobileNetworkRecord: Hashable, Sendable, Codable {
    public var name: String

    public init(name: String) { self.name = name }
}
