import GlobalPlatform

/// What a security domain is there for: it decides which commands it takes, by one of the source's tables.
public enum SecurityDomainRole: UInt8, Hashable, Sendable, CaseIterable {
    /// The ISD where another SD is the central one: creates security domains and nothing else (Table 5).
    case issuer = 0x01
    /// The central SD of Fig. 5, which is the ISD too (Table 2).
    case central = 0x02
    /// The central SD with Authorized Management of Figs. 6 to 8 (Table 6).
    case managingCentral = 0x03
    /// A third party's, with Authorized Management (Table 6).
    case thirdParty = 0x04
    /// The mobile network operator's (Table 7).
    case mobileNetwork = 0x05
    /// Brings secrets into new security domains (Table 9).
    case controllingAuthority = 0x06
    /// Verifies the signatures of all that is loaded (Table 10).
    case mandatedDAP = 0x07
    /// A service provider's (Table 3).
    case serviceProvider = 0x08
    /// A service provider's with Delegated Management (Table 11).
    case delegated = 0x09

    /// The role of a security domain whose privileges change: the same, as long as it goes on managing.
    init(_ privileges: Privileges, formerly role: SecurityDomainRole) {
        let isManager = role == .mobileNetwork || role == .managingCentral
        self = isManager && privileges.contains(.authorizedManagement) ? role : SecurityDomainRole(privileges)
    }

    /// The role of a security domain that is being created: its privileges tell.
    init(_ privileges: Privileges) {
        if privileges.contains(.authorizedManagement) {
            self = privileges.contains(.tokenVerification) ? .managingCentral : .thirdParty
        } else if privileges.contains(.mandatedDAPVerification) {
            self = .mandatedDAP
        } else if privileges.contains(.globalService) {
            self = .controllingAuthority
        } else {
            self = privileges.contains(.delegatedManagement) ? .delegated : .serviceProvider
        }
    }
}

extension SecurityDomainRole: CustomStringConvertible {
    public var description: String {
        switch self {
        case .issuer: "issuer"
        case .central: "central, and issuer"
        case .managingCentral: "central"
        case .thirdParty: "third party"
        case .mobileNetwork: "mobile network"
        case .controllingAuthority: "controlling authority"
        case .mandatedDAP: "mandated DAP"
        case .serviceProvider: "service provider"
        case .delegated: "service provider, delegated"
        }
    }
}
