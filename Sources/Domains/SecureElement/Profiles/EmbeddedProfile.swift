public import CardCryptography
import GlobalPlatform
public import ISO7816
public import SecureChannel

/// The embedded configuration of Fig. 5: one central SD, which is the issuer security domain here, SP SDs below it,
/// PPSE and two companion applets, and a payment package without instances. Policy and privileges are Tables 1, 2 and 3.
public enum EmbeddedProfile {
    /// The AID that clients look for, and the one of older cards.
    public static let issuerSecurityDomain: AID = "A000000151000000"
    static let issuerSecurityDomainAliases: [AID] = ["A000000003000000"]

    /// Table 1: Security Domain, Card Lock, Card Terminate, CVM Management.
    static let centralPrivileges: Privileges = [.securityDomain, .cardLock, .cardTerminate, .cvmManagement]
    /// Table 1: Security Domain; DAP Verification is optional. Trusted Path is what SPs of later profiles ask for.
    static let securityDomainPrivileges: Privileges = [.securityDomain, .dapVerification, .trustedPath]
    static let applicationPrivileges: Privileges = []

    /// PPSE and the companions: present after manufacture, under the central SD for good (TSM-31).
    static let companions: Set<AID> = [paymentSystemEnvironment, walletCompanion, storedValue]
    public static let paymentSystemEnvironment: AID = "325041592E5359532E4444463031"
    public static let walletCompanion: AID = "F053454E45534348414C57430001"
    public static let storedValue: AID = "F053454E45534348414C53560001"

    static let capacityDefault = 512 * 1024
    static let volatileBytes = 16 * 1024

    /// What STORE DATA may give a security domain: identification numbers, SD manager URL, production data.
    static let storableTags: Set<BERTag> = [0x42, 0x45, 0x5F50, 0x9F66, 0x9F67]

    /// Tables 2 and 3 (systems.md §1.10): role by operation.
    static func allows(_ operation: SecurityDomainOperation, _ role: SecurityDomainRole) -> Bool {
        switch role {
        case .central: centralOperations.contains(operation)
        case .serviceProvider: serviceProviderOperations.contains(operation)
        }
    }

    private static let centralOperations = Set(SecurityDomainOperation.allCases)
    private static let serviceProviderOperations: Set<SecurityDomainOperation> = [
        .getStatus, .putKey, .deleteKey, .storeData, .installForPersonalization, .setStatus,
    ]

    /// A new card, as it leaves the factory.
    ///
    /// - Parameters:
    ///   - keys: the key set of the central SD, with its version.
    ///   - holdsPaymentPackage: whether the payment package is on the card already, or is loaded later.
    ///   - random: where challenges come from later on.
    public static func manufacture(
        _ identity: CardIdentity, keys: SCP03KeySet, keyVersion: UInt8 = 0x01, holdsPaymentPackage: Bool = true,
        random: any RandomSource = SystemRandomSource()
    ) -> SecureElement {
        let version = KeyVersionNumber(rawValue: keyVersion) ?? .one
        return SecureElement(
            memory: CardMemory(
                lifeCycle: .secured, identity: identity,
                loadFiles: packages.filter { holdsPaymentPackage || $0.aid != BuiltInModule.paymentPackage },
                applications: [centralSecurityDomain(keys, version)] + companionInstances, capacity: capacityDefault),
            random: random)
    }

    private static func centralSecurityDomain(
        _ keys: SCP03KeySet, _ version: KeyVersionNumber
    ) -> RegisteredApplication {
        var domain = SecurityDomain()
        let set: [(KeyIdentifier, AESKey)] = [(.encryption, keys.enc), (.mac, keys.mac), (.dataEncryption, keys.dek)]
        domain.put(
            set.map { StoredKey(version: version, identifier: $0, type: .aes, bytes: $1.bytes) }, replacing: nil)
        return RegisteredApplication(
            aid: issuerSecurityDomain, loadFile: BuiltInModule.securityDomainPackage,
            module: BuiltInModule.securityDomain, lifeCycle: SecurityDomainLifeCycle.personalized.rawValue,
            privileges: centralPrivileges, securityDomain: issuerSecurityDomain, content: .securityDomain(domain))
    }

    private static let packages: [RegisteredLoadFile] = [
        (BuiltInModule.securityDomainPackage, BuiltInModule.securityDomain),
        (BuiltInModule.paymentSystemPackage, BuiltInModule.paymentSystemEnvironment),
        (BuiltInModule.walletPackage, BuiltInModule.walletCompanion),
        (BuiltInModule.storedValuePackage, BuiltInModule.storedValue),
        (BuiltInModule.paymentPackage, BuiltInModule.payment),
    ].map { package, module in
        RegisteredLoadFile(
            aid: package, version: [1, 0], modules: [module], securityDomain: issuerSecurityDomain, isImmutable: true,
            size: 0)
    }

    private static let companionInstances: [RegisteredApplication] = [
        (paymentSystemEnvironment, BuiltInModule.paymentSystemPackage, BuiltInModule.paymentSystemEnvironment),
        (walletCompanion, BuiltInModule.walletPackage, BuiltInModule.walletCompanion),
        (storedValue, BuiltInModule.storedValuePackage, BuiltInModule.storedValue),
    ].map { instance, package, module in
        RegisteredApplication(
            aid: instance, loadFile: package, module: module, lifeCycle: ApplicationLifeCycle.selectable.rawValue,
            privileges: [], securityDomain: issuerSecurityDomain,
            content: .applet(InstalledApplet(code: AppletCode(module: module))))
    }
}
