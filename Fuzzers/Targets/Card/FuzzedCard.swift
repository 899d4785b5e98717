import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// Cards with known keys for the fuzzer to start from, and the names that its scripts use.
enum FuzzedCard {
    static let domain: AID = "F053454E45534348414C53440001"
    static let otherDomain: AID = "F053454E45534348414C53440002"
    static let instance: AID = "F053454E45534348414C50410001"
    static let package = CAPFileBuilder(
        package: "F053454E45534348414C7E01", packageName: "f", applets: ["F053454E45534348414C7E0101"], imports: [])

    /// What commands name: all that is there, and some that is not.
    static let names: [AID] = [
        CardConfiguration.issuerSecurityDomain, domain, otherDomain, instance, "F053454E45534348414C50410002",
        package.package, package.applets[0], "F053454E45534348414C7E010101", CardConfiguration.paymentSystemEnvironment,
        CardConfiguration.walletCompanion, CardConfiguration.storedValue, BuiltInModule.securityDomainPackage,
        BuiltInModule.paymentPackage, BuiltInModule.payment, "A000000003000000", "F053450001",
        CardConfiguration.managingCentralSecurityDomain, CardConfiguration.mobileNetworkSecurityDomain,
        CardConfiguration.thirdPartySecurityDomain, CardConfiguration.controllingAuthoritySecurityDomain,
    ]

    /// The first is the factory's, the second the provider's.
    static let keySets = [0x40, 0x60, 0x80, 0xA0].map { SCP03KeySet.fuzzing($0) }

    /// The domains that sessions are opened with.
    static let domains: [AID] = names.prefix(3) + names.suffix(4)

    /// S8 and S16, random and pseudo-random challenges, all with R-MAC and R-ENC, and one without.
    private static let implementations: [UInt8] = [0x70, 0x71, 0x60, 0x61, 0x10]

    /// Factory-new cards and furnished ones of Fig. 5, furnished ones of the other figures.
    static let cards: [SecureElement] =
        implementations.flatMap { implementation in
            let factory = manufacture(.embedded, implementation)
            return [factory, furnished(factory, by: CardConfiguration.issuerSecurityDomain)]
        }
        + [
            CardConfiguration.uicc, CardConfiguration(.embeddedWithThirdParty, .init(thirdParties: 2)),
            CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)),
        ].map { configuration in
            furnished(manufacture(configuration, implementations[0]), by: configuration.centralSecurityDomain)
        }

    /// What anyone may read.
    static let readings: [CommandAPDU] =
        GetDataCommand.readable.map(\.command)
        + names.flatMap { [SelectCommand($0).command, CommandAPDU(0x00, 0xA8, 0, 0, data: [0x83, 0])] }

    private static func manufacture(_ configuration: CardConfiguration, _ implementation: UInt8) -> SecureElement {
        guard let implementation = SCP03Implementation(rawValue: implementation) else {
            preconditionFailure("the parameters above are those of SCP03")
        }
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
            keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: implementation,
            authenticationFailuresMax: 3)
        return .manufacture(configuration, identity: identity, random: ConstantRandomSource()) { _ in keySets[0] }
    }

    /// Two security domains, one with keys of its own and a personalized instance, and a loaded package where no
    /// signature is asked for.
    private static func furnished(_ factory: SecureElement, by manager: AID) -> SecureElement {
        var run = CardRun(factory)
        do {
            try run.open(manager, keySets[0], .commandMAC, channel: 0)
            for aid in [domain, otherDomain] { try run.expectSuccess(CardTemplates.createDomain(aid)) }
            try run.expectSuccess(CardTemplates.instantiate(instance))
            try run.expectSuccess(
                InstallCommand.forExtradition(.init(securityDomain: domain, object: instance)).command)
            let demandsSignature = factory.inventory.applications.contains {
                $0.aid == CardConfiguration.mandatedDAPSecurityDomain
            }
            if !demandsSignature { for command in CardTemplates.load(package) { try run.expectSuccess(command) } }
            try run.open(domain, keySets[0], .commandMAC, channel: 0)
            try run.expectSuccess(CardTemplates.putKey(keySets[1], version: 0x30, under: keySets[0]))
            try run.open(domain, keySets[1], .commandMAC, channel: 0)
            for command in CardTemplates.personalization(of: instance) { try run.expectSuccess(command) }
        } catch {
            preconditionFailure("the commands that furnish a card are sound: \(error)")
        }
        run.card.reset()
        return run.card
    }
}

extension GetDataCommand {
    static let readable = ([0x42, 0x45, 0x66, 0x67, 0xE0, 0xC1, 0xCF, 0x9F7F, 0x2F00, 0xFF21, 0xDF70] as [UInt16])
        .map { GetDataCommand($0) }
}
