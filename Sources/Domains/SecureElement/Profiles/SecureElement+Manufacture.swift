public import CardCryptography
import GlobalPlatform
import ISO7816
public import SecureChannel

extension SecureElement {
    /// A new card, as it leaves the factory: SECURED, with the security domains of its configuration, PPSE and the two
    /// companion applets, and a payment package without instances.
    ///
    /// - Parameters:
    ///   - keys: the key set of each security domain, asked for in the configuration's order.
    ///   - keyVersion: the version of all these key sets.
    ///   - random: where challenges come from later on.
    public static func manufacture<Failure: Error>(
        _ configuration: CardConfiguration = .embedded, identity: CardIdentity, keyVersion: UInt8 = 0x01,
        random: any RandomSource = SystemRandomSource(),
        keys: (CardConfiguration.Entry) throws(Failure) -> SCP03KeySet
    ) throws(Failure) -> SecureElement {
        let version = KeyVersionNumber(rawValue: keyVersion) ?? .one
        var applications: [RegisteredApplication] = []
        for entry in configuration.securityDomains {
            applications.append(securityDomain(entry, try keys(entry), version))
        }
        return SecureElement(
            memory: CardMemory(
                lifeCycle: .secured, identity: identity, rules: configuration.rules,
                loadFiles: packages(of: configuration),
                applications: applications + companions(of: configuration), capacity: configuration.capacity),
            random: random)
    }

    private static func securityDomain(
        _ entry: CardConfiguration.Entry, _ keys: SCP03KeySet, _ version: KeyVersionNumber
    ) -> RegisteredApplication {
        var domain = SecurityDomain(role: entry.role)
        let set: [(KeyIdentifier, AESKey)] = [(.encryption, keys.enc), (.mac, keys.mac), (.dataEncryption, keys.dek)]
        domain.put(
            set.map { StoredKey(version: version, identifier: $0, type: .aes, bytes: $1.bytes) }, replacing: nil)
        return RegisteredApplication(
            aid: entry.aid, loadFile: BuiltInModule.securityDomainPackage, module: BuiltInModule.securityDomain,
            lifeCycle: SecurityDomainLifeCycle.personalized.rawValue, privileges: entry.privileges,
            securityDomain: entry.parent, content: .securityDomain(domain))
    }

    /// The code of security domains is the issuer's, and for every security domain to use; the rest is the central SD's.
    private static func packages(of configuration: CardConfiguration) -> [RegisteredLoadFile] {
        [
            (BuiltInModule.securityDomainPackage, BuiltInModule.securityDomain),
            (BuiltInModule.paymentSystemPackage, BuiltInModule.paymentSystemEnvironment),
            (BuiltInModule.walletPackage, BuiltInModule.walletCompanion),
            (BuiltInModule.storedValuePackage, BuiltInModule.storedValue),
            (BuiltInModule.paymentPackage, BuiltInModule.payment),
        ].filter { configuration.alternatives.holdsPaymentPackage || $0.0 != BuiltInModule.paymentPackage }.map {
            package, module in
            RegisteredLoadFile(
                aid: package, version: [1, 0], modules: [module],
                securityDomain: module == BuiltInModule.securityDomain
                    ? CardConfiguration.issuerSecurityDomain : configuration.centralSecurityDomain,
                isImmutable: true, size: 0)
        }
    }

    private static func companions(of configuration: CardConfiguration) -> [RegisteredApplication] {
        [
            (
                CardConfiguration.paymentSystemEnvironment, BuiltInModule.paymentSystemPackage,
                BuiltInModule.paymentSystemEnvironment
            ),
            (CardConfiguration.walletCompanion, BuiltInModule.walletPackage, BuiltInModule.walletCompanion),
            (CardConfiguration.storedValue, BuiltInModule.storedValuePackage, BuiltInModule.storedValue),
        ].map { instance, package, module in
            RegisteredApplication(
                aid: instance, loadFile: package, module: module, lifeCycle: ApplicationLifeCycle.selectable.rawValue,
                privileges: [], securityDomain: configuration.centralSecurityDomain,
                content: .applet(InstalledApplet(code: AppletCode(module: module))))
        }
    }
}
