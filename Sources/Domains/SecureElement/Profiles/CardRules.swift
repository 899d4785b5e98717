import GlobalPlatform
import ISO7816

/// What of its configuration a card keeps for ever: who may be given which privileges, and other choices of its issuer.
public struct CardRules: Hashable, Sendable {
    public var figure: CardConfiguration.Figure
    /// Whether service providers' security domains may have DAP Verification: optional in every table.
    public var serviceProvidersVerifyDAP: Bool
    /// Whether there is a file system beside the applications, whose root clients of UICCs ask for first.
    public var hasFileSystem: Bool

    public init(
        _ figure: CardConfiguration.Figure, serviceProvidersVerifyDAP: Bool = true, hasFileSystem: Bool? = nil
    ) {
        self.figure = figure
        self.serviceProvidersVerifyDAP = serviceProvidersVerifyDAP
        self.hasFileSystem = hasFileSystem ?? Self.isUICC(figure)
    }

    static func isUICC(_ figure: CardConfiguration.Figure) -> Bool {
        figure == .uicc || figure == .uiccWithThirdParty
    }

    /// Other names that SELECT finds the issuer security domain by: the AID of older cards.
    var issuerSecurityDomainAliases: [AID] { Self.aliases }
    private static let aliases: [AID] = ["A000000003000000"]

    /// What STORE DATA may give a security domain: identification numbers, SD manager URL, production data.
    var storableTags: Set<BERTag> { Self.storable }
    private static let storable: Set<BERTag> = [0x42, 0x45, 0x5F20, 0x5F50, 0x9F66, 0x9F67]

    /// Volatile memory that applications may use, in bytes.
    var volatileCapacity: Int { 16 * 1024 }

    /// What nobody deletes, locks or extradites (TSM-31).
    var companions: Set<AID> { Self.companionInstances }
    private static let companionInstances: Set<AID> = [
        CardConfiguration.paymentSystemEnvironment, CardConfiguration.paymentSystemDirectory,
        CardConfiguration.walletCompanion, CardConfiguration.storedValue,
    ]

    /// UICC Configuration 1.0.1: nothing is ever extradited to the ISD (TSM-19).
    var refusesExtraditionToIssuer: Bool { Self.isUICC(figure) }

    /// What a security domain may give to one that it creates. Authorized Management, Mandated DAP Verification and
    /// what serves the whole card come from the ISD only (UICC Configuration 1.0.1).
    func grantableToSecurityDomains(by role: SecurityDomainRole) -> Privileges {
        let provider = securityDomainPrivileges
        switch role {
        case .issuer:
            return [
                .securityDomain, .dapVerification, .mandatedDAPVerification, .trustedPath, .authorizedManagement,
                .tokenVerification, .receiptGeneration, .globalService,
            ]
        case .managingCentral, .thirdParty, .mobileNetwork: return provider.union(.delegatedManagement)
        case .central, .delegated: return provider
        case .serviceProvider, .controllingAuthority, .mandatedDAP: return []
        }
    }

    /// What a service provider's security domain may have in every figure.
    var securityDomainPrivileges: Privileges {
        serviceProvidersVerifyDAP
            ? [.securityDomain, .dapVerification, .trustedPath] : [.securityDomain, .trustedPath]
    }

    /// What an application may have: it is selected at reset.
    var applicationPrivileges: Privileges { .cardReset }
}
