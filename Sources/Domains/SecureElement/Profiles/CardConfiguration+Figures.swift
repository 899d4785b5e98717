import GlobalPlatform
import ISO7816

extension CardConfiguration {
    static func entries(_ figure: Figure, _ alternatives: Alternatives) -> [Entry] {
        switch figure {
        case .embedded:
            return embeddedEntries(alternatives)
        case .uicc:
            return [issuer] + centrals(alternatives, [.securityDomain, .trustedPath, .authorizedManagement])
                + [mobileNetwork]
        case .embeddedWithThirdParty:
            return [issuer] + centrals(alternatives, approvingPrivileges) + others(alternatives)
        case .uiccWithThirdParty:
            return [issuer] + centrals(alternatives, approvingPrivileges) + [mobileNetwork] + others(alternatives)
        }
    }

    /// Table 1: one central SD, or several, of which the first is the ISD.
    private static func embeddedEntries(_ alternatives: Alternatives) -> [Entry] {
        let privileges: Privileges = [.securityDomain, .cardLock, .cardTerminate, .cvmManagement]
        let first = Entry(
            role: .central, aid: issuerSecurityDomain, privileges: privileges, parent: issuerSecurityDomain)
        let further = (0..<alternatives.furtherCentralSecurityDomains).map { number in
            Entry(
                role: .central, aid: numbered(managingCentralSecurityDomain, number + 2), privileges: privileges,
                parent: issuerSecurityDomain)
        }
        return [first] + further
    }

    /// Tables 4, 8.1 and 12.1, column ISD.
    private static let issuer = Entry(
        role: .issuer, aid: issuerSecurityDomain,
        privileges: [
            .securityDomain, .cardLock, .cardTerminate, .cvmManagement, .trustedPath, .authorizedManagement,
            .globalDelete, .globalLock, .globalRegistry,
        ], parent: issuerSecurityDomain)

    /// Tables 8.1 and 12.1, column central SD: it approves what delegated third parties do.
    private static let approvingPrivileges: Privileges = [
        .securityDomain, .trustedPath, .authorizedManagement, .tokenVerification, .receiptGeneration,
    ]

    private static func centrals(_ alternatives: Alternatives, _ privileges: Privileges) -> [Entry] {
        (0...alternatives.furtherCentralSecurityDomains).map { number in
            Entry(
                role: .managingCentral, aid: numbered(managingCentralSecurityDomain, number + 1),
                privileges: privileges, parent: issuerSecurityDomain)
        }
    }

    /// Tables 4 and 12.1, column MNO SD.
    private static let mobileNetwork = Entry(
        role: .mobileNetwork, aid: mobileNetworkSecurityDomain,
        privileges: [.securityDomain, .trustedPath, .authorizedManagement], parent: issuerSecurityDomain)

    /// Tables 8 and 12: third-party SDs, MDPH SD and CA SD, as many of them as there are.
    private static func others(_ alternatives: Alternatives) -> [Entry] {
        let thirdParties = (0..<alternatives.thirdParties).map { number in
            Entry(
                role: .thirdParty, aid: numbered(thirdPartySecurityDomain, number + 1),
                privileges: [.securityDomain, .trustedPath, .authorizedManagement], parent: issuerSecurityDomain)
        }
        // Mandated DAP Verification is coded with the bit of DAP Verification (GPC v2.3.1 Table 11-7).
        let mandatedDAP = Entry(
            role: .mandatedDAP, aid: mandatedDAPSecurityDomain,
            privileges: [.securityDomain, .dapVerification, .mandatedDAPVerification], parent: issuerSecurityDomain)
        let controllingAuthority = Entry(
            role: .controllingAuthority, aid: controllingAuthoritySecurityDomain,
            privileges: [.securityDomain, .globalService], parent: issuerSecurityDomain)
        return thirdParties + (alternatives.hasMandatedDAP ? [mandatedDAP] : [])
            + (alternatives.hasControllingAuthority ? [controllingAuthority] : [])
    }
}
