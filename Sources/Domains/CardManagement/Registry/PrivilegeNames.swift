public import GlobalPlatform

extension Privileges {
    /// The names of the standard as one word each, for arguments, in the order of the bits. GPC v2.3.1 Tables 11-7 to
    /// 11-9.
    public static let names: [(privilege: Privileges, name: String)] = [
        (.securityDomain, "SecurityDomain"), (.dapVerification, "DAPVerification"),
        (.delegatedManagement, "DelegatedManagement"), (.cardLock, "CardLock"), (.cardTerminate, "CardTerminate"),
        (.cardReset, "CardReset"), (.cvmManagement, "CVMManagement"),
        (.mandatedDAPVerification, "MandatedDAPVerification"), (.trustedPath, "TrustedPath"),
        (.authorizedManagement, "AuthorizedManagement"), (.tokenVerification, "TokenVerification"),
        (.globalDelete, "GlobalDelete"), (.globalLock, "GlobalLock"), (.globalRegistry, "GlobalRegistry"),
        (.finalApplication, "FinalApplication"), (.globalService, "GlobalService"),
        (.receiptGeneration, "ReceiptGeneration"), (.cipheredLoadFileDataBlock, "CipheredLoadFileDataBlock"),
        (.contactlessActivation, "ContactlessActivation"), (.contactlessSelfActivation, "ContactlessSelfActivation"),
    ]

    /// The privileges of these names, upper and lower case alike; `nil` when one is unknown.
    public init?(names: [String]) {
        var privileges: Privileges = []
        for name in names {
            guard let known = Self.names.first(where: { $0.name.lowercased() == name.lowercased() }) else { return nil }
            privileges.insert(known.privilege)
        }
        self = privileges
    }
}
