public import CardCryptography
import GlobalPlatform
import ISO7816
public import SecureChannel

extension SecureElement {
    /// A new card, as it leaves the factory: SECURED, with the security domains of its configuration, PPSE, PSE and
    /// the two companion applets, and the packages of payment Applications, universal cards, purses and
    /// trusted readings without instances.
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
        try manufacture(
            configuration, identity: identity, keyVersion: keyVersion, random: random,
            channelKeys: { (entry) throws(Failure) in .scp03(try keys(entry)) })
    }

    /// A new card whose security domains have keys of either protocol. Of an SCP02 key set for an implementation with a
    /// base key, Key-ENC is that.
    ///
    /// - Parameter channelKeys: the key set of each security domain; SCP02 ones only if the identity has SCP02.
    public static func manufacture<Failure: Error>(
        _ configuration: CardConfiguration = .embedded, identity: CardIdentity, keyVersion: UInt8 = 0x01,
        random: any RandomSource = SystemRandomSource(),
        channelKeys keys: (CardConfiguration.Entry) throws(Failure) -> SecureChannelKeySet
    ) throws(Failure) -> SecureElement {
        let version = KeyVersionNumber(rawValue: keyVersion) ?? .one
        var applications: [RegisteredApplication] = []
        for entry in configuration.securityDomains {
            let keys = storedKeys(try keys(entry), version, identity)
            applications.append(securityDomain(entry, keys))
        }
        return SecureElement(
            memory: CardMemory(
                lifeCycle: .secured, identity: identity, rules: configuration.rules,
                loadFiles: packages(of: configuration),
                applications: applications + companions(of: configuration), capacity: configuration.capacity),
            random: random)
    }

    private static func storedKeys(
        _ keys: SecureChannelKeySet, _ version: KeyVersionNumber, _ identity: CardIdentity
    ) -> [StoredKey] {
        let set: [(KeyIdentifier, KeyType, SecretBytes)]
        switch keys {
        case .scp02(let keys):
            precondition(identity.scp02 != nil, "the card speaks the protocol of its keys")
            let all: [(KeyIdentifier, KeyType, SecretBytes)] = [
                (.encryption, .des, keys.enc.bytes), (.mac, .des, keys.mac.bytes),
                (.dataEncryption, .des, keys.dek.bytes),
            ]
            set = identity.scp02?.hasThreeKeys == false ? [all[0]] : all
        case .scp03(let keys):
            set = [
                (.encryption, .aes, keys.enc.bytes), (.mac, .aes, keys.mac.bytes),
                (.dataEncryption, .aes, keys.dek.bytes),
            ]
        }
        return set.map { StoredKey(version: version, identifier: $0, type: $1, bytes: $2) }
    }

    private static func securityDomain(
        _ entry: CardConfiguration.Entry, _ keys: [StoredKey]
    ) -> RegisteredApplication {
        var domain = SecurityDomain(role: entry.role)
        domain.put(keys, replacing: nil)
        return RegisteredApplication(
            aid: entry.aid, loadFile: BuiltInModule.securityDomainPackage, module: BuiltInModule.securityDomain,
            lifeCycle: SecurityDomainLifeCycle.personalized.rawValue, privileges: entry.privileges,
            securityDomain: entry.parent, content: .securityDomain(domain))
    }

    /// The code of security domains is the issuer's, and for every security domain to use; the rest is the central SD's.
    private static func packages(of configuration: CardConfiguration) -> [RegisteredLoadFile] {
        [
            (BuiltInModule.securityDomainPackage, [BuiltInModule.securityDomain]),
            (
                BuiltInModule.paymentSystemPackage,
                [BuiltInModule.paymentSystemEnvironment, BuiltInModule.paymentSystemDirectory]
            ),
            (BuiltInModule.walletPackage, [BuiltInModule.walletCompanion]),
            (BuiltInModule.storedValuePackage, [BuiltInModule.storedValue]),
            (BuiltInModule.paymentPackage, [BuiltInModule.payment]),
            (BuiltInModule.universalCardPackage, [BuiltInModule.universalCard]),
            (BuiltInModule.trustedReadingPackage, [BuiltInModule.firstSecurity, BuiltInModule.secondSecurity]),
            (BuiltInModule.pursePackage, [BuiltInModule.purse]),
            (BuiltInModule.smartCardPackage, [BuiltInModule.smartCard]),
        ].filter { configuration.alternatives.holdsPaymentPackage || $0.0 != BuiltInModule.paymentPackage }.map {
            package, modules in
            RegisteredLoadFile(
                aid: package, version: [1, 0], modules: modules,
                securityDomain: package == BuiltInModule.securityDomainPackage
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
            (
                CardConfiguration.paymentSystemDirectory, BuiltInModule.paymentSystemPackage,
                BuiltInModule.paymentSystemDirectory
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
