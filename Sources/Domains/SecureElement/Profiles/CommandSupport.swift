/// One cell of the command tables: what a security domain of a role makes of an operation.
///
/// The cells of Tables 2, 3, 5 to 7 and 9 to 11 are missing in the source's text; these follow from its descriptions
/// and from GPC v2.3.1 (docs/divergences.md).
public enum CommandSupport: Hashable, Sendable {
    /// On everything that it reaches: itself, and what lies below it.
    case allowed
    /// Only with a token of the security domain above it that has Token Verification.
    case withToken
    /// On security domains that it has created itself, and not handed over.
    case onSecurityDomains
    /// On such security domains that nobody has put keys or content into yet.
    case onNewSecurityDomains
    /// Everywhere on the card, by its Global Delete.
    case byGlobalDelete
    /// Everywhere on the card, by its Global Lock.
    case byGlobalLock
    /// Everywhere on the card, by its Global Registry.
    case byGlobalRegistry
    /// Never: `6985`.
    case refused
}

extension SecurityDomainRole {
    /// The cell of this role's table. Rows that read Y for every role (SELECT, the secure channel's own commands, MANAGE
    /// CHANNEL, GET DATA) are not asked.
    public func support(_ operation: SecurityDomainOperation) -> CommandSupport {
        switch operation {
        case .putKey, .deleteKey, .storeData: .allowed
        case .getStatus: statusReading
        case .installForPersonalization: personalization
        case .setStatus: statusChange
        case .setCardStatus: self == .central || self == .issuer ? .allowed : .refused
        case .installForLoad, .load: content(issuer: .refused)
        case .installForInstall: content(issuer: .onSecurityDomains)
        case .installForExtradition: content(issuer: .onNewSecurityDomains)
        // Table 2 is in the style of GlobalPlatform 2.1.1, which has no registry update.
        case .installForRegistryUpdate: self == .central ? .refused : content(issuer: .onSecurityDomains)
        case .deleteContent: content(issuer: .byGlobalDelete)
        }
    }

    private var statusReading: CommandSupport {
        switch self {
        case .controllingAuthority, .mandatedDAP: .refused
        case .issuer: .byGlobalRegistry
        default: .allowed
        }
    }

    private var statusChange: CommandSupport {
        switch self {
        case .controllingAuthority, .mandatedDAP: .refused
        case .issuer: .byGlobalLock
        default: .allowed
        }
    }

    private var personalization: CommandSupport {
        switch self {
        case .issuer, .controllingAuthority, .mandatedDAP: .refused
        default: .allowed
        }
    }

    /// The rows of card content management, which differ only in what is left to the issuer.
    private func content(issuer: CommandSupport) -> CommandSupport {
        switch self {
        case .central, .managingCentral, .thirdParty, .mobileNetwork: .allowed
        case .issuer: issuer
        case .delegated: .withToken
        case .serviceProvider, .controllingAuthority, .mandatedDAP: .refused
        }
    }
}
