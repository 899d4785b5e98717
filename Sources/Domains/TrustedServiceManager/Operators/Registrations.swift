// What registrations say and are answered with.

/// A master key on its way to another party.
public struct WrappedMasterKey: Hashable, Sendable, Codable {
    public var index: MasterKeyIndex
    /// RSA-OAEP, SHA-256, under the other party's transport key.
    public var wrappedKey: [UInt8]
}

public struct RegisteredServiceProvider: Hashable, Sendable, Codable {
    public var provider: ServiceProviderRecord
    /// The bearer secret, told once.
    public var secret: String
    public var temporaryMasterKey: WrappedMasterKey
}

public struct RegisteredSecureElement: Hashable, Sendable, Codable {
    public var secureElement: SecureElementRecord
    /// The bearer secret of the local agent, told once.
    public var agentSecret: String
}

/// What an operator says of a new secure element.
public struct SecureElementRegistration: Hashable, Sendable {
    public var id: SecureElementIdentifier
    public var mobileNetwork: String
    public var profileID: String
    public var type: SecureElementType
    public var standard: StandardVersion
    public var certificationLevel: Int
    public var expiresAt: Int64
    public var configuration: SecureElementConfiguration
    public var managementRole: ManagementRole
    public var centralSecurityDomain: CentralSecurityDomainRecord
    public var issuerSecurityDomain: CentralSecurityDomainRecord?

    /// - Parameters:
    ///   - managementRole: whose security domain `centralSecurityDomain` is.
    ///   - issuerSecurityDomain: where it stands apart from the central SD and this TSM holds keys of it.
    public init(
        id: SecureElementIdentifier, mobileNetwork: String, profileID: String, type: SecureElementType,
        standard: StandardVersion, certificationLevel: Int, expiresAt: Int64,
        configuration: SecureElementConfiguration = .embedded, managementRole: ManagementRole = .central,
        centralSecurityDomain: CentralSecurityDomainRecord, issuerSecurityDomain: CentralSecurityDomainRecord? = nil
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
    }

    /// What is contradictory in it.
    func check() throws(TSMError) {
        for (name, domain) in [
            ("centralSecurityDomain", centralSecurityDomain), ("issuerSecurityDomain", issuerSecurityDomain),
        ] {
            guard let domain else { continue }
            guard domain.keys.keyDiversificationData.count == 10 else {
                throw .invalid(
                    field: "\(name).keyDiversificationData", reason: "10 bytes, as INITIALIZE UPDATE answers them")
            }
        }
        guard standard.numbers != nil else {
            throw .invalid(field: "standard.version", reason: "a version is dotted decimal, such as 2.3.1")
        }
        guard configuration.hasIssuerSecurityDomainApart || issuerSecurityDomain == nil else {
            throw .invalid(
                field: "issuerSecurityDomain", reason: "in the embedded configuration it is the central SD itself")
        }
        guard issuerSecurityDomain?.aid != centralSecurityDomain.aid else {
            throw .invalid(
                field: "issuerSecurityDomain.aid", reason: "in this configuration it stands apart from the central SD")
        }
        guard configuration.hasIssuerSecurityDomainApart || managementRole == .central else {
            throw .invalid(
                field: "managementRole", reason: "the embedded configuration has no security domain but the central SD")
        }
    }

    func record(registeredAt now: Int64) -> SecureElementRecord {
        SecureElementRecord(
            id: id, mobileNetwork: mobileNetwork, profileID: profileID, type: type, standard: standard,
            certificationLevel: certificationLevel, expiresAt: expiresAt, configuration: configuration,
            managementRole: managementRole, centralSecurityDomain: centralSecurityDomain,
            issuerSecurityDomain: issuerSecurityDomain, registeredAt: now)
    }
}
